/* What the Glibc module does not offer Swift: GNU calls and macros, as static inline functions. No logic. */
#ifndef WEIR_CLINUX_H
#define WEIR_CLINUX_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if_packet.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline int weir_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags) { return accept4(fd, sa, len, flags); }
static inline int weir_pipe2(int fds[2], int flags) { return pipe2(fds, flags); }
static inline ssize_t weir_splice(int in, int out, size_t len, unsigned flags) { return splice(in, NULL, out, NULL, len, flags); }
static inline int weir_setns(int fd, int kind) { return setns(fd, kind); }
static inline int weir_fcntl(int fd, int cmd, long arg) { return fcntl(fd, cmd, arg); }
static inline int weir_open(const char *path, int flags, unsigned mode) { return open(path, flags, (mode_t)mode); }
static inline int weir_set_affinity(const unsigned long *mask, size_t bytes) { return sched_setaffinity(0, bytes, (const cpu_set_t *)mask); }
static inline int weir_get_affinity(unsigned long *mask, size_t bytes) { return sched_getaffinity(0, bytes, (cpu_set_t *)mask); }
static inline int weir_gettid(void) { return (int)syscall(SYS_gettid); }
static inline int weir_wifexited(int status) { return WIFEXITED(status); }
static inline int weir_wexitstatus(int status) { return WEXITSTATUS(status); }
static inline int weir_wifsignaled(int status) { return WIFSIGNALED(status); }
static inline int weir_wtermsig(int status) { return WTERMSIG(status); }
static inline const char *weir_crypt(const char *key, const char *salt, struct crypt_data *data) { return crypt_r(key, salt, data); }
static inline pid_t weir_fork(void) { return fork(); }
static inline char **weir_environ(void) { extern char **environ; return environ; }
static inline int weir_setgroups(size_t n, const gid_t *list) { return setgroups(n, list); }
static inline int weir_chroot(const char *path) { return chroot(path); }
static inline int weir_malloc_trim(void) { return malloc_trim(0); }
#endif

/* What the Glibc module does not offer Swift: GNU calls and macros. No logic.
 * The header takes no _GNU_SOURCE, which would give Glibc's types a second definition; CLinux.c does. */
#ifndef WEIR_CLINUX_H
#define WEIR_CLINUX_H
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>

const void *weir_memrchr(const void *s, int c, size_t n);
const void *weir_memmem(const void *h, size_t hn, const void *n, size_t nn);
int weir_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags);
int weir_pipe2(int fds[2], int flags);
ssize_t weir_splice(int in, int out, size_t len, unsigned flags);
int weir_setns(int fd, int kind);
int weir_fcntl(int fd, int cmd, long arg);
int weir_pidfd_open(int pid);
int weir_open(const char *path, int flags, unsigned mode);
int weir_set_affinity(const unsigned long *mask, size_t bytes);
int weir_get_affinity(unsigned long *mask, size_t bytes);
int weir_gettid(void);
int weir_wifexited(int status);
int weir_wexitstatus(int status);
int weir_wifsignaled(int status);
int weir_wtermsig(int status);
/* The hash of `key` under `salt` into `out`; 0, or -1 where crypt(3) refuses. Thread-safe. */
int weir_crypt(const char *key, const char *salt, char *out, size_t size);
/* One message with `count` descriptors beside it; and its counterpart, which stores how many came in `count`. */
ssize_t weir_send_descriptors(int fd, const void *data, size_t length, const int *list, size_t count);
ssize_t weir_receive_descriptors(int fd, void *data, size_t length, int *list, size_t *count);
int weir_socket_pair(int fds[2]);
int weir_socket_timeout(int fd, int seconds);
/* rtt, rttvar (microseconds), unacked, sacked, retrans, fackets, lost, reordering of a TCP connection into `out[8]`. */
int weir_tcp_info(int fd, uint32_t *out);
/* Blocks (1) or admits (0) every signal for the calling thread. */
int weir_block_signals(int on);
int weir_execvp(const char *path, char *const *words);
pid_t weir_reap(int *status);
pid_t weir_fork(void);
/* Closes all descriptors from 3 on but these two, of which the first is the lower. */
void weir_close_others(int low, int high);
char **weir_environ(void);
int weir_setgroups(size_t n, const gid_t *list);
int weir_chroot(const char *path);
int weir_malloc_trim(void);
int weir_prctl(int option, unsigned long value);
/* The path of the loaded object with this number, the program's own empty; NULL behind the last. */
const char *weir_loaded_object(int number);
/* The addresses that gethostbyname(3) gives for `name`, 4 bytes each, at most `room` of them; how many, or -1. */
int weir_host_by_name(const char *name, unsigned char *out, int room);
/* Names a signal's handler that only sets `weir_signal_pending[number]` and wakes `wake_fd` (an eventfd). */
int weir_catch_signal(int number, int wake_fd);
int weir_ignore_signal(int number);
int weir_default_signal(int number);
/* Takes the count of deliveries since the last call. */
int weir_take_signal(int number);
#endif

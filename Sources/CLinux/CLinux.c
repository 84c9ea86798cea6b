#define _GNU_SOURCE
#include "CLinux.h"
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netdb.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const void *weir_memrchr(const void *s, int c, size_t n) { return memrchr(s, c, n); }
const void *weir_memmem(const void *h, size_t hn, const void *n, size_t nn) { return memmem(h, hn, n, nn); }
int weir_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags) { return accept4(fd, sa, len, flags); }
int weir_pipe2(int fds[2], int flags) { return pipe2(fds, flags); }
ssize_t weir_splice(int in, int out, size_t len, unsigned flags) { return splice(in, NULL, out, NULL, len, flags); }
int weir_setns(int fd, int kind) { return setns(fd, kind); }
int weir_fcntl(int fd, int cmd, long arg) { return fcntl(fd, cmd, arg); }
int weir_open(const char *path, int flags, unsigned mode) { return open(path, flags, (mode_t)mode); }
int weir_set_affinity(const unsigned long *mask, size_t bytes) { return sched_setaffinity(0, bytes, (const cpu_set_t *)mask); }
int weir_get_affinity(unsigned long *mask, size_t bytes) { return sched_getaffinity(0, bytes, (cpu_set_t *)mask); }
int weir_gettid(void) { return (int)syscall(SYS_gettid); }
int weir_wifexited(int status) { return WIFEXITED(status); }
int weir_wexitstatus(int status) { return WEXITSTATUS(status); }
int weir_wifsignaled(int status) { return WIFSIGNALED(status); }
int weir_wtermsig(int status) { return WTERMSIG(status); }
int weir_crypt(const char *key, const char *salt, char *out, size_t size) {
  struct crypt_data data;
  memset(&data, 0, sizeof data);
  const char *hash = crypt_r(key, salt, &data);
  if (!hash || strlen(hash) >= size) return -1;
  strcpy(out, hash);
  return 0;
}
#define MOST_DESCRIPTORS 253
union room { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)]; };
ssize_t weir_send_descriptors(int fd, const void *data, size_t length, const int *list, size_t count) {
  union room room;
  struct iovec piece = {(void *)data, length};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (count > MOST_DESCRIPTORS) { errno = EINVAL; return -1; }
  memset(&room, 0, sizeof room);
  if (count) {
    message.msg_control = room.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), list, sizeof(int) * count);
    message.msg_controllen = header->cmsg_len;
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}
ssize_t weir_receive_descriptors(int fd, void *data, size_t length, int *list, size_t *count) {
  union room room;
  struct iovec piece = {data, length};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room};
  *count = 0;
  ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    *count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(list, CMSG_DATA(header), *count * sizeof(int));
  }
  return got;
}
int weir_socket_pair(int fds[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds); }
int weir_socket_timeout(int fd, int seconds) {
  struct timeval time = {seconds, 0};
  return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) | setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}
int weir_block_signals(int on) {
  sigset_t all;
  sigfillset(&all);
  return sigprocmask(on ? SIG_BLOCK : SIG_UNBLOCK, &all, NULL);
}
int weir_execvp(const char *path, char *const *words) { return execvp(path, words); }
pid_t weir_reap(int *status) { return waitpid(-1, status, WNOHANG); }
pid_t weir_fork(void) { return fork(); }
void weir_close_others(int low, int high) {
  if (low > 3) close_range(3, (unsigned)low - 1, 0);
  if (high > low + 1) close_range((unsigned)low + 1, (unsigned)high - 1, 0);
  close_range((unsigned)high + 1, ~0U, 0);
}
char **weir_environ(void) { return environ; }
int weir_setgroups(size_t n, const gid_t *list) { return setgroups(n, list); }
int weir_chroot(const char *path) { return chroot(path); }
int weir_malloc_trim(void) { return malloc_trim(0); }
int weir_prctl(int option, unsigned long value) { return prctl(option, value, 0, 0, 0); }

struct object_search {
  int left;
  const char *name;
};
static int find_object(struct dl_phdr_info *info, size_t size, void *argument) {
  struct object_search *search = argument;
  (void)size;
  if (search->left-- > 0) return 0;
  search->name = info->dlpi_name;
  return 1;
}
const char *weir_loaded_object(int number) {
  struct object_search search = {number, NULL};
  return dl_iterate_phdr(find_object, &search) ? search.name : NULL;
}

int weir_host_by_name(const char *name, unsigned char *out, int room) {
  struct hostent *host = gethostbyname(name);
  if (!host || host->h_addrtype != AF_INET || host->h_length != 4) return -1;
  int count = 0;
  while (count < room && host->h_addr_list[count]) {
    memcpy(out + 4 * count, host->h_addr_list[count], 4);
    count++;
  }
  return count;
}

static int pending[65];
static int wake = -1;

static void note(int number) {
  int saved = errno;
  uint64_t one = 1;
  __atomic_add_fetch(&pending[number], 1, __ATOMIC_SEQ_CST);
  if (wake >= 0 && write(wake, &one, sizeof one) < 0) { /* the counter of an eventfd is full: it is awake already */ }
  errno = saved;
}
static int install(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigfillset(&action.sa_mask);
  return sigaction(number, &action, NULL);
}
int weir_catch_signal(int number, int wake_fd) {
  if (number < 1 || number > 64) return -1;
  wake = wake_fd;
  return install(number, note);
}
int weir_ignore_signal(int number) { return install(number, SIG_IGN); }
int weir_default_signal(int number) { return install(number, SIG_DFL); }
int weir_take_signal(int number) { return number < 1 || number > 64 ? 0 : __atomic_exchange_n(&pending[number], 0, __ATOMIC_SEQ_CST); }

int weir_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int weir_tcp_info(int fd, uint32_t *out) {
  struct tcp_info info;
  socklen_t size = sizeof info;
  memset(&info, 0, sizeof info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
  out[0] = info.tcpi_rtt, out[1] = info.tcpi_rttvar, out[2] = info.tcpi_unacked, out[3] = info.tcpi_sacked;
  out[4] = info.tcpi_retrans, out[5] = info.tcpi_fackets, out[6] = info.tcpi_lost, out[7] = info.tcpi_reordering;
  return 0;
}

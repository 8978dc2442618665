/*
 * Records what a process does to the files of one folder, in order: loaded with LD_PRELOAD, it writes one entry to
 * RECORDER_LOG for each write, truncation, removal and sync below RECORDER_FOLDER. What changes a file is noted before
 * it is done and a sync after it has succeeded, so that the log never promises more than the disk.
 *
 * An entry: kind (1 byte), length of the name (1), zero (2), length of the data (4), offset (8), name, data; little endian.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct entry {
  uint8_t kind;
  uint8_t name_length;
  uint16_t zero;
  uint32_t data_length;
  uint64_t offset;
} __attribute__((packed));

static int log_fd = -1;
static char folder[PATH_MAX];
static size_t folder_length;
static uint64_t syncs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void start(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  const char *log = getenv("RECORDER_LOG");
  const char *below = getenv("RECORDER_FOLDER");
  if (!log || !below || !realpath(below, folder)) return;
  folder_length = strlen(folder);
  log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(char kind, const char *name, uint64_t offset, const void *data, size_t length) {
  struct entry entry = {(uint8_t)kind, (uint8_t)strlen(name), 0, (uint32_t)length, offset};
  struct iovec parts[] = {{&entry, sizeof entry}, {(void *)name, entry.name_length}, {(void *)data, length}};
  pthread_mutex_lock(&lock);
  ssize_t written = syscall(SYS_writev, log_fd, parts, 3);
  pthread_mutex_unlock(&lock);
  if (written != (ssize_t)(sizeof entry + entry.name_length + length)) abort();
}

/* The path below the folder; "" for the folder itself; NULL for what is not recorded. */
static const char *below_folder(const char *path) {
  if (log_fd < 0 || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == '\0') return "";
  if (path[folder_length] != '/') return NULL;
  const char *name = path + folder_length + 1;
  size_t length = strlen(name);
  /* The shared memory of the WAL is made anew after a power cut. */
  if (length > 255 || (length > 4 && strcmp(name + length - 4, "-shm") == 0)) return NULL;
  return name;
}

static const char *name_of(int fd, char *path) {
  char link[64];
  if (log_fd < 0 || fd == log_fd) return NULL;
  int saved = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  errno = saved;
  if (length < 0) return NULL;
  path[length] = '\0';
  return below_folder(path);
}

ssize_t write(int fd, const void *data, size_t length) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (name) note('W', name, (uint64_t)lseek(fd, 0, SEEK_CUR), data, length);
  return real_write(fd, data, length);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (name) note('W', name, (uint64_t)offset, data, length);
  return real_pwrite(fd, data, length, offset);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

int ftruncate64(int fd, off64_t length) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (name) note('T', name, (uint64_t)length, NULL, 0);
  return real_ftruncate(fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* A sync covers what was written before it began: its beginning (B) and its success (S) carry the same number. */
static int sync_with(int (*real)(int), int fd) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (!name) return real(fd);
  uint64_t number = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);
  note('B', name, number, NULL, 0);
  int result = real(fd);
  if (result == 0) note('S', name, number, NULL, 0);
  return result;
}

int fsync(int fd) { return sync_with(real_fsync, fd); }

int fdatasync(int fd) { return sync_with(real_fdatasync, fd); }

int unlink(const char *path) {
  char absolute[PATH_MAX];
  const char *name = realpath(path, absolute) ? below_folder(absolute) : NULL;
  if (name) note('U', name, 0, NULL, 0);
  return real_unlink(path);
}

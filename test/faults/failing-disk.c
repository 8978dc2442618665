/*
 * Makes a disk fail: loaded with LD_PRELOAD, no sync of a file succeeds while the file named by FAIL_SYNC_WHILE is there. What
 * was written has reached the system all the same, as with a disk whose answer is lost.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int sync_by(const char *name, int fd) {
  const char *switch_file = getenv("FAIL_SYNC_WHILE");
  if (switch_file && access(switch_file, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return sync_by("fsync", fd); }

int fdatasync(int fd) { return sync_by("fdatasync", fd); }

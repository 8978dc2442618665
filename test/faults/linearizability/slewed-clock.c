/*
 * Makes the clocks of a process run faster or slower, as a time daemon does that slews them: loaded with LD_PRELOAD, both
 * the monotonic clock and the time of day gain SLEW_PPM parts in a million from its start on. Timers wait as ever: the
 * process arms them anew where its clock says that they came too early.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define SECOND 1000000000LL

static int (*real_gettime)(clockid_t, struct timespec *);
static int64_t slew_ppm;
static int64_t monotonic_start;
static int64_t date_start;

static int64_t read_clock(clockid_t clock) {
  struct timespec now;
  if (real_gettime(clock, &now) != 0) return 0;
  return now.tv_sec * SECOND + now.tv_nsec;
}

__attribute__((constructor)) static void start(void) {
  real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  const char *ppm = getenv("SLEW_PPM");
  monotonic_start = read_clock(CLOCK_MONOTONIC);
  date_start = read_clock(CLOCK_REALTIME);
  slew_ppm = ppm ? atoll(ppm) : 0;
}

static int64_t slewed(int64_t now, int64_t from) { return now + (now - from) * slew_ppm / 1000000; }

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (!real_gettime) real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real_gettime(clock, now);
  int64_t from;
  if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE) from = monotonic_start;
  else if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) from = date_start;
  else return result;
  if (result != 0 || slew_ppm == 0) return result;
  int64_t shown = slewed(now->tv_sec * SECOND + now->tv_nsec, from);
  now->tv_sec = shown / SECOND;
  now->tv_nsec = shown % SECOND;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

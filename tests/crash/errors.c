// SPDX-License-Identifier: GPL-2.0-only
#include "errors.h"

#include <errno.h>
#include <sys/syscall.h>

#define MAX 24

/* Ended by 0. */
struct entry {
	long nr;
	int errors[MAX];
};

static const int any[] = { EIO, ENOMEM, EINTR, EAGAIN, EPERM, EINVAL, 0 };

/* These always succeed, do not come back, or answer with no error's number: brk(2). */
static const int none[] = { 0 };
static const long always[] = {
	SYS_exit,   SYS_exit_group, SYS_rt_sigreturn, SYS_getpid,	   SYS_getppid,
	SYS_gettid, SYS_geteuid,    SYS_getuid,	      SYS_set_tid_address, SYS_brk,
};

static const struct entry entries[] = {
	{ SYS_openat, { EACCES, EAGAIN,	 EBUSY,	 EDQUOT,       EEXIST, EFBIG,  EINTR,  EINVAL,
			EISDIR, ELOOP,	 EMFILE, ENAMETOOLONG, ENFILE, ENODEV, ENOENT, ENOMEM,
			ENOSPC, ENOTDIR, ENXIO,	 EOPNOTSUPP,   EPERM,  EROFS } },
	{ SYS_read, { EAGAIN, EINTR, EINVAL, EIO, EISDIR, ENODEV, ENXIO, ENOMEM, EPERM } },
	{ SYS_pread64, { EAGAIN, EINTR, EINVAL, EIO, EISDIR, ESPIPE, ENXIO, EOVERFLOW } },
	{ SYS_write,
	  { EAGAIN, EDQUOT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM, EPIPE, EBUSY, ENODEV, ENOENT,
	    ENOMEM, EACCES, EEXIST, ENXIO } },
	{ SYS_pwrite64, { EAGAIN, EDQUOT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM, ESPIPE } },
	{ SYS_close, { EINTR, EIO, ENOSPC, EDQUOT } },
	{ SYS_fstat, { ENOMEM, EOVERFLOW } },
	{ SYS_newfstatat,
	  { EACCES, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EOVERFLOW } },
	{ SYS_statx, { EACCES, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR } },
	{ SYS_statfs,
	  { EACCES, EINTR, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOSYS, ENOTDIR, EOVERFLOW } },
	{ SYS_access,
	  { EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM, EROFS,
	    ETXTBSY } },
	{ SYS_faccessat2,
	  { EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOSYS, ENOTDIR, EPERM, EROFS,
	    ETXTBSY } },
	{ SYS_readlink, { EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR } },
	{ SYS_readlinkat, { EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR } },
	{ SYS_getdents64, { EINVAL, ENOENT, ENOTDIR, EINTR, EIO } },
	{ SYS_lseek, { EINVAL, ENXIO, EOVERFLOW, ESPIPE } },
	{ SYS_renameat,
	  { EACCES, EBUSY, EDQUOT, EINVAL, EISDIR, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM,
	    ENOSPC, ENOTDIR, ENOTEMPTY, EPERM, EROFS, EXDEV } },
	{ SYS_unlinkat,
	  { EACCES, EBUSY, EINVAL, EIO, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM,
	    EROFS } },
	{ SYS_mkdirat,
	  { EACCES, EDQUOT, EEXIST, EINVAL, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC,
	    ENOTDIR, EPERM, EROFS } },
	{ SYS_fsync, { EINTR, EIO, ENOSPC, EROFS, EINVAL, EDQUOT } },
	{ SYS_ftruncate, { EFBIG, EINTR, EINVAL, EIO, EPERM } },
	{ SYS_flock, { EINTR, EINVAL, ENOLCK, EWOULDBLOCK } },
	{ SYS_fcntl, { EACCES, EAGAIN, EBUSY, EINTR, EINVAL, EMFILE, ENOLCK, EPERM } },
	{ SYS_ioctl, { EINVAL, ENOTTY, ENODEV, EIO } },
	{ SYS_dup2, { EBUSY, EINTR, EMFILE } },
	{ SYS_pipe2, { EINVAL, EMFILE, ENFILE } },
	{ SYS_poll, { EINTR, EINVAL, ENOMEM } },
	{ SYS_signalfd4, { EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM } },
	{ SYS_clone, { EAGAIN, EINVAL, ENOMEM, ENOSPC, EPERM } },
	{ SYS_clone3, { EAGAIN, EINVAL, ENOMEM, ENOSPC, EPERM, ENOSYS } },
	{ SYS_wait4, { ECHILD, EINTR, EINVAL } },
	{ SYS_capget, { EINVAL, EPERM, ESRCH } },
	{ SYS_capset, { EINVAL, EPERM, ESRCH } },
	{ SYS_prctl, { EACCES, EBUSY, EINVAL, ENXIO, EOPNOTSUPP, EPERM } },
	{ SYS_sched_setscheduler, { EINVAL, EPERM, ESRCH } },
	{ SYS_prlimit64, { EINVAL, EPERM, ESRCH } },
	{ SYS_setsid, { EPERM } },
	{ SYS_mmap, { EACCES, EAGAIN, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM } },
	{ SYS_munmap, { EINVAL } },
	{ SYS_mprotect, { EACCES, EINVAL, ENOMEM } },
	{ SYS_madvise, { EACCES, EAGAIN, EINVAL, EIO, ENOMEM, EPERM } },
	{ SYS_rt_sigaction, { EINVAL } },
	{ SYS_rt_sigprocmask, { EINVAL } },
	{ SYS_clock_nanosleep, { EINTR, EINVAL, ENOTSUP } },
	{ SYS_nanosleep, { EINTR, EINVAL } },
	{ SYS_getrandom, { EAGAIN, EINTR, EINVAL, ENOSYS } },
	{ SYS_uname, { ENOSYS } },
	{ SYS_futex, { EAGAIN, EINTR, ETIMEDOUT, EINVAL, ENOSYS } },
	{ SYS_kcmp, { EINVAL, EPERM, ESRCH } },
	{ SYS_socket,
	  { EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT } },
	{ SYS_bind, { EACCES, EADDRINUSE, EINVAL, ENOMEM } },
	{ SYS_getsockname, { EINVAL, ENOBUFS } },
	{ SYS_sendto, { EACCES, EAGAIN, ECONNRESET, EINTR, EMSGSIZE, ENOBUFS, ENOMEM, EPIPE } },
	{ SYS_recvmsg, { EAGAIN, ECONNREFUSED, EINTR, EINVAL, ENOMEM, ENOBUFS } },
	{ SYS_recvfrom, { EAGAIN, ECONNREFUSED, EINTR, EINVAL, ENOMEM, ENOBUFS } },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const int *errors_of(long nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		if (always[i] == nr)
			return none;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		if (entries[i].nr == nr)
			return entries[i].errors;
	return any;
}

size_t error_count(long nr)
{
	const int *errors = errors_of(nr);
	size_t n = 0;

	while (errors[n])
		n++;
	return n;
}

int error_of(long nr, size_t i)
{
	return i < error_count(nr) ? errors_of(nr)[i] : 0;
}

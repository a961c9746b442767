//! The system call filters. What is refused fails with EPERM, so that libraries take their error paths.
//!
//! A serving child gets an allow-list: memory, threads, clocks, and input and output on descriptors it already holds. An
//! external program gets a deny-list, since it still has to be loaded: no network, no other process, no change to any file
//! but the ones handed to it.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Compiles the filters of a process that serves requests.
pub(super) fn for_serving() -> Result<Vec<BpfProgram>, seccompiler::Error> {
    let mut allowed: Rules = SERVING.iter().chain(SERVING_ARCH).map(|&call| (call, vec![])).collect();
    // Threads, never processes. glibc tries clone3 first; see `without_clone3`.
    allowed.insert(libc::SYS_clone, vec![all_bits(0, libc::CLONE_THREAD)?]);
    allowed.insert(libc::SYS_clone3, vec![]);
    // Signals to this process alone (abort needs it).
    allowed.insert(libc::SYS_tgkill, vec![equal(0, u64::from(std::process::id()))?]);
    // Memory that can be executed was mapped when the program was loaded; shared memory escapes the limit on data.
    let private = [condition(2, masked(libc::PROT_EXEC), 0)?, condition(3, masked(libc::MAP_SHARED), 0)?];
    allowed.insert(libc::SYS_mmap, vec![SeccompRule::new(private.into())?]);
    allowed.insert(libc::SYS_mprotect, vec![no_bits(2, libc::PROT_EXEC)?]);
    // Reading limits, not setting them: root could raise its own.
    allowed.insert(libc::SYS_prlimit64, vec![equal(2, 0)?]);
    // The state of an open file; a name needs no look-up.
    allowed.insert(libc::SYS_newfstatat, vec![all_bits(3, libc::AT_EMPTY_PATH)?]);
    allowed.insert(libc::SYS_statx, vec![all_bits(2, libc::AT_EMPTY_PATH)?]);
    allowed.insert(libc::SYS_prctl, vec![equal(0, PR_SET_NAME)?, equal(0, PR_SET_VMA)?]);
    let descriptor_commands =
        [libc::F_DUPFD, libc::F_DUPFD_CLOEXEC, libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL];
    let descriptor_rules: Result<_, _> = descriptor_commands.iter().map(|&command| equal(1, bits(command))).collect();
    allowed.insert(libc::SYS_fcntl, descriptor_rules?);
    // In this order: the allow-list allows no further filter.
    Ok(vec![without_clone3()?, compiled(allowed, refuse(libc::EPERM), SeccompAction::Allow)?])
}

/// Compiles the filters of an external program, to be installed before it is executed.
pub(super) fn for_program() -> Result<Vec<BpfProgram>, seccompiler::Error> {
    let mut denied: Rules = PROGRAM_DENIED.iter().chain(PROGRAM_DENIED_ARCH).map(|&call| (call, vec![])).collect();
    denied.insert(libc::SYS_clone, vec![no_bits(0, libc::CLONE_THREAD)?]);
    let own = u64::from(std::process::id());
    for call in [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
        denied.insert(call, vec![differs(0, own)?]);
    }
    denied.insert(libc::SYS_prlimit64, vec![differs(2, 0)?]);
    denied.insert(libc::SYS_openat, opening_for_change(2)?);
    #[cfg(target_arch = "x86_64")]
    denied.insert(libc::SYS_open, opening_for_change(1)?);
    Ok(vec![without_clone3()?, compiled(denied, SeccompAction::Allow, refuse(libc::EPERM))?])
}

/// The flags of clone3 lie in memory where no filter can see them. Told that it does not exist, glibc uses clone.
fn without_clone3() -> Result<BpfProgram, seccompiler::Error> {
    let missing = [(libc::SYS_clone3, vec![]), (libc::SYS_openat2, vec![])];
    compiled(missing.into_iter().collect(), SeccompAction::Allow, refuse(libc::ENOSYS))
}

fn compiled(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Result<BpfProgram, seccompiler::Error> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    Ok(SeccompFilter::new(rules, otherwise, matched, architecture)?.try_into()?)
}

fn refuse(error: i32) -> SeccompAction {
    SeccompAction::Errno(error.unsigned_abs())
}

fn opening_for_change(argument: u8) -> Result<Vec<SeccompRule>, seccompiler::Error> {
    [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC].iter().map(|&flag| all_bits(argument, flag)).collect()
}

fn equal(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    rule(argument, SeccompCmpOp::Eq, value)
}

fn differs(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    rule(argument, SeccompCmpOp::Ne, value)
}

fn all_bits(argument: u8, mask: i32) -> Result<SeccompRule, seccompiler::Error> {
    rule(argument, masked(mask), bits(mask))
}

fn no_bits(argument: u8, mask: i32) -> Result<SeccompRule, seccompiler::Error> {
    rule(argument, masked(mask), 0)
}

fn rule(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    Ok(SeccompRule::new(vec![condition(argument, operator, value)?])?)
}

fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, seccompiler::Error> {
    Ok(SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value)?)
}

fn masked(mask: i32) -> SeccompCmpOp {
    SeccompCmpOp::MaskedEq(bits(mask))
}

fn bits(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}

const PR_SET_NAME: u64 = 15;
const PR_SET_VMA: u64 = 0x5356_4d41;

#[rustfmt::skip]
const SERVING: &[i64] = &[
    // Descriptors already held, the channel among them.
    libc::SYS_read, libc::SYS_readv, libc::SYS_pread64, libc::SYS_preadv, libc::SYS_write, libc::SYS_writev,
    libc::SYS_pwrite64, libc::SYS_pwritev, libc::SYS_lseek, libc::SYS_fstat, libc::SYS_ftruncate, libc::SYS_fallocate,
    libc::SYS_fadvise64, libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_close, libc::SYS_dup, libc::SYS_dup3, libc::SYS_pipe2,
    libc::SYS_recvmsg, libc::SYS_recvfrom, libc::SYS_sendmsg, libc::SYS_sendto, libc::SYS_shutdown, libc::SYS_ppoll,
    libc::SYS_eventfd2,
    // Memory.
    libc::SYS_brk, libc::SYS_munmap, libc::SYS_mremap, libc::SYS_madvise, libc::SYS_mincore, libc::SYS_membarrier,
    // Threads and their signals.
    libc::SYS_futex, libc::SYS_set_robust_list, libc::SYS_get_robust_list, libc::SYS_set_tid_address, libc::SYS_rseq,
    libc::SYS_sched_yield, libc::SYS_sched_getaffinity, libc::SYS_sched_getparam, libc::SYS_sched_getscheduler,
    libc::SYS_getcpu, libc::SYS_gettid, libc::SYS_exit, libc::SYS_exit_group, libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn, libc::SYS_sigaltstack, libc::SYS_restart_syscall,
    // Clocks, randomness, identity.
    libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_clock_nanosleep, libc::SYS_nanosleep, libc::SYS_gettimeofday,
    libc::SYS_getrandom, libc::SYS_getpid, libc::SYS_getppid, libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_getgid,
    libc::SYS_getegid, libc::SYS_getrusage, libc::SYS_times, libc::SYS_sysinfo, libc::SYS_uname,
];

#[cfg(target_arch = "x86_64")]
const SERVING_ARCH: &[i64] = &[libc::SYS_poll, libc::SYS_getrlimit, libc::SYS_dup2, libc::SYS_pipe, libc::SYS_time];
#[cfg(not(target_arch = "x86_64"))]
const SERVING_ARCH: &[i64] = &[];

#[rustfmt::skip]
const PROGRAM_DENIED: &[i64] = &[
    // Network.
    libc::SYS_socket, libc::SYS_socketpair, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen, libc::SYS_accept,
    libc::SYS_accept4, libc::SYS_sendmmsg,
    // Other processes.
    libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_pidfd_open, libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal, libc::SYS_tkill, libc::SYS_setsid, libc::SYS_setpgid, libc::SYS_setpriority,
    // Names in the file system.
    libc::SYS_unlinkat, libc::SYS_renameat2, libc::SYS_mkdirat, libc::SYS_mknodat, libc::SYS_linkat,
    libc::SYS_symlinkat, libc::SYS_fchmod, libc::SYS_fchmodat, libc::SYS_fchown, libc::SYS_fchownat, libc::SYS_truncate,
    libc::SYS_utimensat, libc::SYS_setxattr, libc::SYS_lsetxattr, libc::SYS_fsetxattr, libc::SYS_removexattr,
    libc::SYS_open_by_handle_at, libc::SYS_name_to_handle_at,
    // The system.
    libc::SYS_mount, libc::SYS_umount2, libc::SYS_pivot_root, libc::SYS_chroot, libc::SYS_setns, libc::SYS_unshare,
    libc::SYS_bpf, libc::SYS_perf_event_open, libc::SYS_userfaultfd, libc::SYS_io_uring_setup, libc::SYS_keyctl,
    libc::SYS_add_key, libc::SYS_request_key, libc::SYS_init_module, libc::SYS_finit_module, libc::SYS_delete_module,
    libc::SYS_kexec_load, libc::SYS_reboot, libc::SYS_swapon, libc::SYS_swapoff, libc::SYS_settimeofday,
    libc::SYS_clock_settime, libc::SYS_clock_adjtime, libc::SYS_sethostname, libc::SYS_setdomainname, libc::SYS_acct,
    libc::SYS_quotactl, libc::SYS_personality, libc::SYS_memfd_create,
];

#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const PROGRAM_DENIED_ARCH: &[i64] = &[
    libc::SYS_fork, libc::SYS_vfork, libc::SYS_creat, libc::SYS_unlink, libc::SYS_rename, libc::SYS_mkdir, libc::SYS_rmdir,
    libc::SYS_mknod, libc::SYS_link, libc::SYS_symlink, libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime,
    libc::SYS_utimes, libc::SYS_futimesat, libc::SYS_renameat, libc::SYS_setrlimit, libc::SYS_ioperm, libc::SYS_iopl, libc::SYS_modify_ldt,
];
/// renameat and setrlimit by the numbers of the generic table, which libc leaves out for newer architectures.
#[cfg(not(target_arch = "x86_64"))]
const PROGRAM_DENIED_ARCH: &[i64] = &[38, 164];

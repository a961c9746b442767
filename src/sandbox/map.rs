//! Read-only mapping of a file that was handed over as a descriptor.
#![expect(unsafe_code, reason = "mapping a file is unsafe by nature: the one place where it is done")]

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use std::os::fd::OwnedFd;
use std::{io, ptr, slice};

/// The bytes of a file, mapped. Dereferences to a byte slice.
#[derive(Debug)]
pub struct Mapped {
    start: *const u8,
    length: usize,
}

/// Maps a whole file for reading; an empty file gives an empty slice.
///
/// # Errors
/// What the system said, for instance when the descriptor is a pipe or the file exceeds the address space.
pub fn map_file(file: &OwnedFd) -> io::Result<Mapped> {
    let status = rustix::fs::fstat(file)?;
    if !rustix::fs::FileType::from_raw_mode(status.st_mode).is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "only a regular file can be mapped"));
    }
    let length = usize::try_from(status.st_size).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    if length == 0 {
        return Ok(Mapped { start: ptr::NonNull::dangling().as_ptr(), length });
    }
    // SAFETY: a fresh mapping at an address of the kernel's choice touches no memory in use. The file lies in the intake
    // area, whose files are created once and never modified; were one cut short all the same, the child that maps it
    // would die of SIGBUS and cost one attempt.
    let start = unsafe { mmap(ptr::null_mut(), length, ProtFlags::READ, MapFlags::PRIVATE, file, 0)? };
    Ok(Mapped { start: start.cast_const().cast(), length })
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `start` and `length` describe a live private read-only mapping (or nothing, dangling but aligned, when
        // the length is 0) that ends only in `drop`.
        unsafe { slice::from_raw_parts(self.start, self.length) }
    }
}

impl std::ops::Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_ref()
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if self.length > 0 {
            // SAFETY: exactly the mapping made in `map_file`; no slice of it outlives `self`.
            let _ = unsafe { munmap(self.start.cast_mut().cast(), self.length) };
        }
    }
}

// SAFETY: the memory is never written through this type and belongs to it alone.
unsafe impl Send for Mapped {}
// SAFETY: as above; shared reads of read-only memory do not race.
unsafe impl Sync for Mapped {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_mapped_file_reads_as_its_bytes() {
        let mut file = tempfile::tempfile().unwrap();
        assert!(map_file(&file.try_clone().unwrap().into()).unwrap().is_empty());
        file.write_all(b"chart").unwrap();
        assert_eq!(&*map_file(&file.into()).unwrap(), b"chart");
    }

    #[test]
    fn a_pipe_is_refused() {
        let (read, _write) = std::io::pipe().unwrap();
        assert_eq!(map_file(&read.into()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}

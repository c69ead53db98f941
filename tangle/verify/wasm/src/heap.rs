//! The module's memory: handed out upwards, taken back all at once before the next proof. A
//! proof is checked in one go and its size is bounded, so nothing is freed in between, and the
//! compiler can leave out what would free it.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE_BYTES: usize = 64 * 1024;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

/// First free byte; 0 before the first allocation.
static NEXT: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" {
    /// Where the linker's data end.
    static __heap_base: u8;
}

fn base() -> usize {
    (&raw const __heap_base).expose_provenance()
}

/// Takes everything back.
pub(crate) fn reset() {
    NEXT.store(base(), Relaxed);
}

/// Makes sure that memory reaches up to `end`.
fn reach(end: usize) -> bool {
    let here = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
    let missing = end.saturating_sub(here).div_ceil(PAGE_BYTES);
    missing == 0 || core::arch::wasm32::memory_grow(0, missing) != usize::MAX
}

// SAFETY: a module has one thread. Addresses handed out since the last reset never overlap, are
// aligned and lie within memory; a reset happens only where nothing allocated is alive.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = NEXT.load(Relaxed).max(base());
        let end = next
            .checked_next_multiple_of(layout.align())
            .and_then(|start| Some((start, start.checked_add(layout.size())?)));
        match end {
            Some((start, end)) if reach(end) => {
                NEXT.store(end, Relaxed);
                ptr::with_exposed_provenance_mut(start)
            }
            _ => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let last = at.addr() + layout.size() == NEXT.load(Relaxed);
        let end = at.addr().checked_add(size);
        if let Some(end) = end.filter(|end| last && reach(*end)) {
            NEXT.store(end, Relaxed);
            return at;
        }
        if size <= layout.size() {
            return at;
        }
        // SAFETY: the new layout has the alignment of the old one and a size the caller answers
        // for; both pieces are ours, apart, and at least as long as what is copied.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(at, new, layout.size());
            }
            new
        }
    }
}

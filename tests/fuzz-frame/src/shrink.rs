//! Makes a failing input small: pieces are taken away, then bytes made plain, as long as it fails.

/// Most attempts, so that shrinking a slow target ends.
const ATTEMPTS_MAX: usize = 4000;

/// The smallest input found that still `fails`.
pub(crate) fn shrink(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut best = input.to_vec();
    let mut attempts = 0;
    let mut size = best.len().div_ceil(2);
    while size > 0 && attempts < ATTEMPTS_MAX {
        let mut at = 0;
        while at < best.len() && attempts < ATTEMPTS_MAX {
            let mut tried = best.clone();
            tried.drain(at..(at + size).min(tried.len()));
            attempts += 1;
            if fails(&tried) {
                best = tried;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    for at in 0..best.len() {
        let mut tried = best.clone();
        if let Some(byte) = tried.get_mut(at).filter(|byte| **byte != b'0') {
            *byte = b'0';
            attempts += 1;
            if attempts < ATTEMPTS_MAX && fails(&tried) {
                best = tried;
            }
        }
    }
    best
}

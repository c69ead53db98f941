//! The look at the node's certificate: does it serve, how long still, and who can read its key.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::Look;
use crate::config::TlsConfig;
use crate::tls::Tls;
use crate::world::World;

/// Days before a certificate's end at which it should have been renewed.
const RENEW_DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;

pub(super) fn looks(config: &TlsConfig, world: &World) -> Vec<Look> {
    const SUBJECT: &str = "certificate";
    let tls = match Tls::open(config, world) {
        Ok(None) => return Vec::new(),
        Ok(Some(tls)) => tls,
        Err(error) => {
            let remedy = "correct the [tls] settings, or have the certificate renewed";
            return vec![Look::failure(SUBJECT, crate::chain(&error), remedy)];
        }
    };
    let days = tls.ends_ms().saturating_sub(world.now_ms()) / DAY_MS;
    let seen = format!(
        "the certificate and its key fit; it ends {} (in {days} days)",
        crate::app::time_text(tls.ends_ms())
    );
    let first = if days < RENEW_DAYS {
        let remedy = "renew it: the node reads the new files by itself";
        Look::warning(SUBJECT, seen, remedy)
    } else {
        Look::ok(SUBJECT, seen)
    };
    let mut looks = vec![first];
    looks.extend(config.key.as_deref().map(private));
    looks
}

fn private(key: &std::path::Path) -> Look {
    const SUBJECT: &str = "certificate key";
    let mode = fs::metadata(key).map_or(0, |it| it.permissions().mode());
    if mode.trailing_zeros() >= 6 {
        return Look::ok(SUBJECT, "for its owner only");
    }
    let seen = format!(
        "others may read {} (mode {:o})",
        key.display(),
        mode & 0o777
    );
    let remedy = format!("chmod go-rwx {}", key.display());
    Look::failure(SUBJECT, seen, remedy)
}

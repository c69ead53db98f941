//! Key files: made once, private, readable again.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_is_made_private_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.key");
    let made = create(&path, [5; 32]).unwrap();
    assert_eq!(mode(&path), 0o600);
    let loaded = load(&path).unwrap();
    assert_eq!(loaded.key.key_id(), made.key_id());
    assert!(!loaded.was_exposed);
    assert!(matches!(
        create(&path, [6; 32]),
        Err(KeyFileError::File { .. })
    ));
    assert_eq!(load(&path).unwrap().key.key_id(), made.key_id());
}

#[test]
fn an_exposed_key_is_closed_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.key");
    create(&path, [5; 32]).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(load(&path).unwrap().was_exposed);
    assert_eq!(mode(&path), 0o600);
    assert!(!load(&path).unwrap().was_exposed);
}

#[test]
fn what_is_no_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.key");
    for text in [
        "",
        "00",
        &"zz".repeat(32),
        &"00".repeat(33),
        &"00".repeat(500),
    ] {
        std::fs::write(&path, text).unwrap();
        assert!(
            matches!(load(&path), Err(KeyFileError::NotAKey { .. })),
            "{text}"
        );
    }
    assert!(matches!(
        load(&folder.path().join("none")),
        Err(KeyFileError::File { .. })
    ));
}

#[test]
fn a_look_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.key");
    let made = create(&path, [5; 32]).unwrap();
    assert!(!look(&path).unwrap().is_exposed);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let seen = look(&path).unwrap();
    assert_eq!((seen.id, seen.is_exposed), (made.key_id(), true));
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn a_secret_takes_its_place_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.key");
    let beside = folder.path().join("api.key.new");
    std::fs::write(&beside, "left by a crash").unwrap();
    let secret = Secret::begin(&path).unwrap();
    assert!(!path.exists());
    secret.keep("thr_1").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "thr_1\n");
    assert_eq!(mode(&path), 0o600);
    drop(Secret::begin(&path).unwrap());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "thr_1\n");
    assert!(!beside.exists());
    assert!(Secret::begin(&folder.path().join("none/api.key")).is_err());
}

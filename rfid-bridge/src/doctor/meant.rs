//! What a configuration may say and hardly means: despatch advices that the bridge cannot use, and
//! loggers that get two names.

use super::Look;
use crate::config::Config;
use crate::payload::Format;
use crate::pipeline::check_advices;

/// Faults that are named; more are only counted.
const NAMED_MAX: usize = 5;

pub(super) fn looks(config: &Config) -> Vec<Look> {
    let expected = config.expected.as_ref().map(|it| {
        let shown = it.folder.display().to_string();
        advices(&shown, check_advices(&it.folder))
    });
    expected.into_iter().chain(names(config)).collect()
}

fn advices(folder: &str, told: Result<usize, Vec<String>>) -> Look {
    const SUBJECT: &str = "expected";
    match told {
        Ok(count) => Look::ok(SUBJECT, format!("{folder} has {count} despatch advices")),
        Err(faults) => {
            let mut seen = faults.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>();
            let more = faults.len().saturating_sub(NAMED_MAX);
            seen.extend((more > 0).then(|| format!("and {more} more")));
            let remedy = "correct the files or take them away: with one that cannot be read the \
                          bridge takes none that is new";
            Look::failure(SUBJECT, seen.join("; "), remedy)
        }
    }
}

/// A logger that is heard live and comes as a file is named by its feed here, by its maker there.
fn names(config: &Config) -> Option<Look> {
    let formats = config.feed.iter().map(|feed| feed.format().ok().flatten());
    let formats: Vec<Format> = formats.flatten().collect();
    let is_live = |it: &Format| match it {
        Format::Chirpstack | Format::Tive | Format::Ruuvi => true,
        Format::Mapped(mapping) => !mapping.value.is_empty(),
        _ => false,
    };
    let is_named = config.sensor.iter().any(|it| it.device_id.is_some());
    let is_both = formats.iter().any(is_live) && formats.iter().any(Format::is_file);
    (is_both && !is_named).then(|| {
        let seen = "readings come live and as files, and no [[sensor]] has a device_id";
        let remedy = "a logger that comes both ways has two names, and its readings are taken for \
                      those of two: give it a [[sensor]] with device and device_id";
        Look::warning("sensors", seen, remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    fn config(more: &str) -> Config {
        let text = format!(
            "[device]\nkey_file = \"k\"\n[uplink]\nurl = \"https://x\"\napi_key_file = \"a\"\n\
             [spool]\npath = \"s\"\n{more}"
        );
        Config::parse(&text).unwrap()
    }

    fn feed(format: &str) -> String {
        format!("[[feed]]\nname = \"{format}\"\nread_point = \"x\"\nformat = \"{format}\"\n")
    }

    #[test]
    fn advices_that_cannot_be_used_are_all_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().display().to_string();
        let look = || looks(&config(&format!("[expected]\nfolder = {text:?}\n"))).remove(0);
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        assert_eq!(look().health, Health::Ok, "none yet");
        let good = r#"{"id":"urn:x:1","epcs":["https://id.gs1.org/01/09521321000018/21/1"]}"#;
        write("good.json", good);
        write("note.txt", "junk");
        assert!(look().seen.contains("has 1 "), "{:?}", look());
        write("junk.json", "junk");
        write("epc.json", r#"{"id":"urn:x:2","epcs":["pallet"]}"#);
        let look = look();
        assert_eq!(look.health, Health::Failure);
        assert!(
            look.seen.contains("junk.json") && look.seen.contains("epc.json"),
            "{look:?}"
        );
        assert!(!look.seen.contains("good.json"), "{look:?}");
    }

    #[test]
    fn a_logger_with_two_names_is_told() {
        let sensor = "[[sensor]]\ndevice = \"7\"\n";
        let named = format!("{sensor}device_id = \"urn:x:7\"\n");
        let (live, file) = (feed("tive"), feed("hobo"));
        for (more, is_told) in [
            (live.clone(), false),
            (file.clone(), false),
            (format!("{live}{file}"), true),
            (format!("{live}{file}{sensor}"), true),
            (format!("{live}{file}{named}"), false),
            (format!("{}{file}", feed("zebra")), false),
        ] {
            assert_eq!(names(&config(&more)).is_some(), is_told, "{more}");
        }
    }
}

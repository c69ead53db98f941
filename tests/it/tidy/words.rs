//! Words that must not be committed: leftovers, this machine's paths, registry hosts.

use super::sources;

const ENDINGS: [&str; 12] = [
    ".rs", ".toml", ".md", ".ts", ".svelte", ".js", ".json", ".css", ".html", ".sh", ".yml", ".txt",
];

/// Put together at run time, so that this file does not name what it forbids.
fn forbidden() -> Vec<String> {
    [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["index.cra", "tes.io"],
        ["static.cra", "tes.io"],
        ["registry.npm", "js.org"],
        ["pypi", ".org"],
        ["FIX", "ME"],
        ["XX", "X:"],
        ["to", "do!("],
        ["unimplem", "ented!("],
        ["db", "g!("],
    ]
    .iter()
    .map(|parts| parts.concat())
    .collect()
}

#[test]
fn no_leftovers_machine_paths_or_registry_hosts() {
    let words = forbidden();
    let mut found = Vec::new();
    for (path, text) in sources(".", &ENDINGS) {
        for word in words.iter().filter(|word| text.contains(word.as_str())) {
            found.push(format!("{path}: {word}"));
        }
    }
    assert!(found.is_empty(), "these must not be committed:\n{found:#?}");
}

#[test]
fn the_portal_says_nothing_on_the_console() {
    let word = ["console", ".log("].concat();
    for (path, text) in sources("web/src", &[".ts", ".svelte"]) {
        assert!(!text.contains(&word), "{path} names {word}");
    }
}

#[test]
fn docs_that_readers_are_sent_to_exist() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "docs/api.md",
        "docs/benchmarks.md",
        "docs/dependencies.md",
        "docs/glossary.md",
    ] {
        assert!(super::root().join(name).is_file(), "{name} is missing");
    }
}

#[test]
fn links_in_markdown_lead_somewhere() {
    for (path, text) in sources(".", &[".md"]) {
        let dir = super::root().join(&path);
        let dir = dir.parent().expect("in a folder");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            assert!(
                dir.join(target).exists(),
                "{path}: the link {link} leads nowhere"
            );
        }
    }
}

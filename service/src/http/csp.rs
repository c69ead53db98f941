//! Security headers. The content security policy allows nothing but this origin; the portal's one
//! inline script (it starts the application) is allowed by its hash, computed from the embedded
//! page when the server starts, so that the policy can never lag behind the build. WebAssembly is
//! compiled by the scripts of workers alone (decoder, verifier): a worker lives under the policy
//! its script came with (CSP 3, section 4.2.3), so that no page needs the permission.
use std::sync::LazyLock;

use actix_web::http::header::{HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Headers every answer carries beside the policy.
pub(super) static FIXED: LazyLock<[(HeaderName, HeaderValue); 5]> = LazyLock::new(|| {
    [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ]
    .map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    })
});

/// Path of the API's own documentation page.
pub(super) const DOCS: &str = "/api/docs/";

/// Where the portal's build puts the scripts of its dedicated workers.
const WORKERS: &str = "/_app/immutable/workers/";

/// The strictest policy.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'");

/// The policies of a server.
#[derive(Clone, Debug)]
pub(super) struct Policies {
    portal: HeaderValue,
    workers: HeaderValue,
    docs: HeaderValue,
}

impl Policies {
    /// Policies for a portal whose start page is `page`.
    pub(super) fn new(page: Option<&str>) -> Self {
        let hashes: String = page
            .map(inline_scripts)
            .unwrap_or_default()
            .iter()
            .map(hash)
            .collect();
        let policy = |script: &str, style: &str| {
            let text = format!(
                "default-src 'none'; script-src 'self'{script}; style-src 'self'{style}; \
                 img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
                 worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
            );
            // Words and base64: there is nothing in it that a header could not hold.
            HeaderValue::try_from(text).unwrap_or(NOTHING)
        };
        // The documentation page sets style attributes from its own script.
        Self {
            portal: policy(&hashes, ""),
            workers: policy(" 'wasm-unsafe-eval'", ""),
            docs: policy("", " 'unsafe-inline'"),
        }
    }

    /// The policy for a path.
    pub(super) fn of(&self, path: &str) -> &HeaderValue {
        if path.starts_with(DOCS) {
            &self.docs
        } else if path.starts_with(WORKERS) {
            &self.workers
        } else {
            &self.portal
        }
    }
}

fn hash(script: &&str) -> String {
    format!(
        " 'sha256-{}'",
        STANDARD.encode(Sha256::digest(script.as_bytes()))
    )
}

/// The contents of the inline script elements of a page, byte for byte.
fn inline_scripts(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((attributes, content)) = after.split_once('>') else {
            break;
        };
        let Some((script, behind)) = content.split_once("</script") else {
            break;
        };
        if !attributes.contains("src=") {
            found.push(script);
        }
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'p>(policies: &'p Policies, path: &str) -> &'p str {
        policies.of(path).to_str().unwrap()
    }

    #[test]
    fn inline_scripts_are_hashed_byte_for_byte_and_linked_ones_are_not() {
        let page = "<head><script src=\"/a.js\"></script></head>\
                    <body><script>\n\tgo()\n</script><script type=\"module\">x</script>";
        assert_eq!(inline_scripts(page), ["\n\tgo()\n", "x"]);
        // printf '' | openssl dgst -sha256 -binary | base64
        let empty = Policies::new(Some("<script></script>"));
        assert!(of(&empty, "/").contains("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"));
    }

    #[test]
    fn nothing_foreign_is_allowed_anywhere() {
        let policies = Policies::new(None);
        for path in ["/", "/api/docs/index.html", "/_app/immutable/workers/w.js"] {
            let policy = of(&policies, path);
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'"),
                "{policy}"
            );
            assert!(!policy.contains("'unsafe-eval'"), "{policy}");
            assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
            assert!(
                !policy.contains("http") && !policy.contains('*'),
                "{policy}"
            );
        }
        assert!(!of(&policies, "/").contains("unsafe"));
    }

    #[test]
    fn webassembly_is_for_the_scripts_of_workers_alone() {
        let policies = Policies::new(Some("<script>go()</script>"));
        let worker = of(&policies, "/_app/immutable/workers/verifier.worker-Cx1.js");
        assert!(worker.contains("script-src 'self' 'wasm-unsafe-eval';"));
        assert!(!worker.contains("'unsafe-") && !worker.contains("sha256-"));
        for path in [
            "/",
            "/_app/immutable/chunks/a.js",
            "/_app/immutable/workers",
        ] {
            assert!(!of(&policies, path).contains("wasm"), "{path}");
        }
    }
}

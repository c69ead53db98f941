//! Security headers. The content security policy allows nothing but this origin; the portal's one
//! inline script (it starts the application) is allowed by its hash, computed from the embedded
//! page when the server starts, so that the policy can never lag behind the build. WebAssembly is
//! compiled by the scripts of workers alone (decoder, verifier): a worker lives under the policy
//! its script came with (CSP 3, section 4.2.3), so that no page needs the permission.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Headers every answer carries beside the policy.
pub(super) const FIXED: [(&str, &str); 5] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
];

/// Path of the API's own documentation page.
pub(super) const DOCS: &str = "/api/docs/";

/// Where the portal's build puts the scripts of its dedicated workers.
const WORKERS: &str = "/_app/immutable/workers/";

/// The policies of a server.
#[derive(Clone, Debug)]
pub(super) struct Policies {
    portal: String,
    workers: String,
    docs: String,
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
            format!(
                "default-src 'none'; script-src 'self'{script}; style-src 'self'{style}; \
                 img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
                 worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
            )
        };
        // The documentation page sets style attributes from its own script.
        Self {
            portal: policy(&hashes, ""),
            workers: policy(" 'wasm-unsafe-eval'", ""),
            docs: policy("", " 'unsafe-inline'"),
        }
    }

    /// The policy for a path.
    pub(super) fn of(&self, path: &str) -> &str {
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

    #[test]
    fn inline_scripts_are_hashed_byte_for_byte_and_linked_ones_are_not() {
        let page = "<head><script src=\"/a.js\"></script></head>\
                    <body><script>\n\tgo()\n</script><script type=\"module\">x</script>";
        assert_eq!(inline_scripts(page), ["\n\tgo()\n", "x"]);
        // printf '' | openssl dgst -sha256 -binary | base64
        let empty = Policies::new(Some("<script></script>"));
        assert!(
            empty
                .of("/")
                .contains("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='")
        );
    }

    #[test]
    fn nothing_foreign_is_allowed_anywhere() {
        let policies = Policies::new(None);
        for path in ["/", "/api/docs/index.html", "/_app/immutable/workers/w.js"] {
            let policy = policies.of(path);
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
        assert!(!policies.of("/").contains("unsafe"));
    }

    #[test]
    fn webassembly_is_for_the_scripts_of_workers_alone() {
        let policies = Policies::new(Some("<script>go()</script>"));
        let worker = policies.of("/_app/immutable/workers/verifier.worker-Cx1.js");
        assert!(worker.contains("script-src 'self' 'wasm-unsafe-eval';"));
        assert!(!worker.contains("'unsafe-") && !worker.contains("sha256-"));
        for path in [
            "/",
            "/_app/immutable/chunks/a.js",
            "/_app/immutable/workers",
        ] {
            assert!(!policies.of(path).contains("wasm"), "{path}");
        }
    }
}

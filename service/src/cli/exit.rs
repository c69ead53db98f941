//! How a command ends. Scripts depend on the codes, people on the sentence: every failure says in
//! one line what was attempted, why it did not work, and what to do about it.

use std::process::ExitCode;

use service::client::ClientError;

/// The exit codes of `theriac`, fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Genuine, or done.
    Ok = 0,
    /// The verdict is anything but genuine.
    Negative = 1,
    /// The command line, an input file or a setting is wrong.
    Usage = 2,
    /// What was asked for does not exist, or may not be seen.
    NotFound = 3,
    /// No key, a wrong key, or a key that may not do this.
    Auth = 4,
    /// The node could not be reached or could not answer.
    Unreachable = 5,
    /// Stored or presented data is not what was signed.
    Integrity = 6,
    /// Some of several things failed.
    Partial = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code to end with.
    pub(crate) exit: Exit,
    /// What was attempted and why it failed, as a chain.
    pub(crate) error: anyhow::Error,
    /// What to do about it; may be empty.
    pub(crate) advice: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            error: error.into(),
            advice: String::new(),
        }
    }

    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Exit::Usage, error)
    }

    /// The same failure with what to do about it.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// One line: the chain of causes, then the advice.
    pub(crate) fn line(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for cause in self.error.chain() {
            let text = one_line(&cause.to_string());
            if !parts.last().is_some_and(|last| last.contains(&text)) {
                parts.push(text);
            }
        }
        let chain = parts.join(": ");
        if self.advice.is_empty() {
            chain
        } else {
            format!("{chain}; {}", self.advice)
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let (exit, advice) = match &error {
            ClientError::Address { .. } | ClientError::Pem(_) => {
                (Exit::Usage, "give --server http://HOST:PORT")
            }
            ClientError::Unreachable { .. } => (
                Exit::Unreachable,
                "is `theriac serve` running there? (--server, THERIAC_SERVER)",
            ),
            ClientError::Unexpected { .. } => (
                Exit::Unreachable,
                "is this address a theriac node? (--server, THERIAC_SERVER)",
            ),
            ClientError::Refused { problem, .. } => refused(problem.status, &problem.code),
        };
        Self::new(exit, error).advise(advice)
    }
}

/// What a refusal with this HTTP status means for the caller.
fn refused(status: u16, code: &str) -> (Exit, &'static str) {
    let code = code.to_ascii_lowercase();
    if code.contains("corrupt") || code.contains("integrity") {
        return (
            Exit::Integrity,
            "stop the node and run `theriac check --data DIR`",
        );
    }
    match status {
        401 => (
            Exit::Auth,
            "give a valid key with --key, --key-file or THERIAC_KEY",
        ),
        403 => (
            Exit::Auth,
            "use a key whose role may do this (`theriac keys list`)",
        ),
        404 | 410 => (
            Exit::NotFound,
            "check the identifier, and that your party may see it",
        ),
        413 => (Exit::Usage, "send it in smaller parts"),
        429 | 500..=599 => (
            Exit::Unreachable,
            "try again later, or look at the node's log",
        ),
        _ => (Exit::Usage, "correct the request"),
    }
}

/// Text without line breaks or other control characters, so that nothing sent by a stranger can
/// move the cursor of a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let spaced = text.replace(['\n', '\r', '\t'], " ");
    spaced
        .chars()
        .filter(|letter| !letter.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn the_line_names_each_cause_once_and_ends_with_the_advice() {
        let error = anyhow!("file is empty").context("cannot read proof.txt");
        let failure = Failure::new(Exit::Integrity, error).advise("fetch it again");
        assert_eq!(
            failure.line(),
            "cannot read proof.txt: file is empty; fetch it again"
        );
        let repeated = anyhow!("disk full").context("writing: disk full");
        assert_eq!(Failure::usage(repeated).line(), "writing: disk full");
    }

    #[test]
    fn statuses_become_the_documented_codes() {
        for (status, code, exit) in [
            (400, "", Exit::Usage),
            (401, "", Exit::Auth),
            (403, "FORBIDDEN", Exit::Auth),
            (404, "", Exit::NotFound),
            (422, "", Exit::Usage),
            (503, "", Exit::Unreachable),
            (500, "", Exit::Unreachable),
            (500, "ledger_corrupt", Exit::Integrity),
        ] {
            assert_eq!(refused(status, code).0, exit, "{status} {code}");
        }
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31m\nb\u{7}"), "a[31m b");
    }
}

//! A request of an operation, as a role sends it.
use serde_json::Value;
use service::auth::Role;
use service::client::segment;

use crate::every::Operation;
use crate::lab::{self, Answer, Lab, WHOLESALER};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// The operation's path.
    pub(crate) pattern: &'static str,
    /// Who gets an answer to it.
    pub(crate) role: Role,
    /// What stands for the `{names}` of the pattern.
    pub(crate) names: Vec<String>,
    /// With its question mark; `(asker)` is the GLN of who asks.
    query: String,
    media: &'static str,
    body: Vec<u8>,
    /// What `role` is answered.
    pub(crate) status: u16,
}

impl Request {
    pub(crate) fn new(method: &'static str, pattern: &'static str, role: Role) -> Self {
        let status = match method {
            "DELETE" => 204,
            _ => 200,
        };
        Self {
            method,
            pattern,
            role,
            names: Vec::new(),
            query: String::new(),
            media: "application/json",
            body: Vec::new(),
            status,
        }
    }

    pub(crate) fn of(mut self, names: &[&str]) -> Self {
        self.names = names.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.query = format!("?{query}");
        self
    }

    pub(crate) fn says(self, body: &Value, status: u16) -> Self {
        self.sends("application/json", body.to_string().into_bytes(), status)
    }

    pub(crate) fn sends(mut self, media: &'static str, body: Vec<u8>, status: u16) -> Self {
        (self.media, self.body, self.status) = (media, body, status);
        self
    }

    pub(crate) fn ends(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn operation(&self) -> Operation {
        (self.method.to_owned(), self.pattern.to_owned())
    }

    /// The path with query, with these names in it, as `role` asks it.
    pub(crate) fn path_with(&self, names: &[String], role: Role) -> String {
        let mut path = String::new();
        let mut names = names.iter();
        for part in self.pattern.split_inclusive('/') {
            let (part, slash) = match part.strip_suffix('/') {
                Some(part) => (part, "/"),
                None => (part, ""),
            };
            if part.starts_with('{') {
                path.push_str(&segment(names.next().expect("a name for each segment")));
            } else {
                path.push_str(part);
            }
            path.push_str(slash);
        }
        let asker = lab::gln_of(role).unwrap_or(WHOLESALER);
        format!("{path}{}", self.query.replace("(asker)", asker))
    }

    pub(crate) fn path(&self, role: Role) -> String {
        self.path_with(&self.names, role)
    }

    /// Sends it to a path; of an answer without end only the head is read.
    pub(crate) fn send_to(&self, lab: &Lab, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = headers.to_vec();
        if !self.body.is_empty() {
            all.push(("Content-Type", self.media));
        }
        match self.pattern {
            "/api/v1/stream" => lab.send_for_head(self.method, path, &all),
            _ => lab.send(self.method, path, &all, &self.body),
        }
    }

    pub(crate) fn send_as(&self, lab: &Lab, role: Role) -> Answer {
        let bearer = format!("Bearer {}", lab.keys[&role]);
        self.send_to(lab, &self.path(role), &[("Authorization", &bearer)])
    }
}

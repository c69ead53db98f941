//! What is wrong with a query, parameter by parameter, and which exception of EPCIS it is.

/// The exceptions of EPCIS 2.0 that a query may raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exception {
    /// A parameter is unknown, or has a value it cannot have.
    QueryParameter,
    /// The query as a whole is not what a query looks like.
    QueryValidation,
    /// More parameters or values than are read.
    QueryTooComplex,
    /// More events than `maxEventCount`.
    QueryTooLarge,
}

impl Exception {
    /// The name of the standard.
    pub fn name(self) -> &'static str {
        match self {
            Self::QueryParameter => "QueryParameterException",
            Self::QueryValidation => "QueryValidationException",
            Self::QueryTooComplex => "QueryTooComplexException",
            Self::QueryTooLarge => "QueryTooLargeException",
        }
    }

    /// The HTTP status of the REST binding.
    pub fn status(self) -> u16 {
        match self {
            Self::QueryParameter | Self::QueryValidation => 400,
            Self::QueryTooComplex | Self::QueryTooLarge => 413,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{why}", parameter, if parameter.is_empty() { "" } else { " " })]
pub struct Fault {
    /// The parameter; empty where it is the query as a whole.
    pub parameter: String,
    /// What is wrong with it.
    pub why: String,
}

/// A query that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Which exception.
    pub exception: Exception,
    /// Everything that is wrong; never empty.
    pub faults: Vec<Fault>,
}

impl QueryError {
    pub(super) fn one(exception: Exception, parameter: &str, why: impl Into<String>) -> Self {
        let fault = Fault {
            parameter: parameter.to_owned(),
            why: why.into(),
        };
        Self {
            exception,
            faults: vec![fault],
        }
    }
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(first) = self.faults.first() {
            write!(f, "{first}")?;
        }
        match self.faults.len() {
            0 | 1 => Ok(()),
            count => write!(f, " (and {} more)", count - 1),
        }
    }
}

impl std::error::Error for QueryError {}

pub(super) fn too_large(count: usize, max: usize) -> QueryError {
    let why = format!("is {max}, and {count} events match");
    QueryError::one(Exception::QueryTooLarge, "maxEventCount", why)
}

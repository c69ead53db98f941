//! Where GS1's description of EPCIS 2.0 contradicts itself or the text of the standard, each with
//! its reason. The lists may only shrink: an entry that a run does not need fails it.

use super::run::Breach;

/// A breach that is not ours.
#[derive(Debug)]
pub(super) struct Excused {
    /// Method and path, each of which shows it in every run.
    pub(super) operations: &'static [&'static str],
    /// Method and path of those that only a longer run may show.
    pub(super) also: &'static [&'static str],
    /// Status of the answer.
    pub(super) status: u64,
    /// A part of what the tool says.
    pub(super) what: &'static str,
    /// Why the answer is right nevertheless.
    #[allow(dead_code, reason = "for those who read the list")]
    pub(super) why: &'static str,
}

impl Excused {
    /// Whether a breach is this one.
    pub(super) fn fits(&self, breach: &Breach) -> bool {
        let operation = &breach.operation.as_str();
        (self.operations.contains(operation) || self.also.contains(operation))
            && self.status == breach.status
            && breach.what.contains(self.what)
    }
}

/// Of our own description: none.
pub(super) const OURS: &[Excused] = &[];

/// Of GS1's.
pub(super) const GS1: &[Excused] = &[
    Excused {
        operations: &[
            "GET /bizLocations",
            "GET /bizSteps",
            "GET /capture",
            "GET /dispositions",
            "GET /epcs",
            "GET /eventTypes",
            "GET /events",
            "GET /queries",
            "GET /readPoints",
            "POST /queries",
            "POST /queries/{queryName}/subscriptions",
        ],
        also: &[],
        status: 400,
        what: "Received: 400",
        why: "no 400 is described, but the standard has QueryParameterException, \
            QueryValidationException, ValidationException and SubscriptionControlsException for \
            parameters and bodies that cannot be used, and they are 400",
    },
    Excused {
        operations: &[
            "GET /queries/{queryName}/events",
            "GET /queries/{queryName}/subscriptions",
        ],
        also: &[],
        status: 400,
        what: "Received: application/problem+json",
        why: "400SubscriptionIssues is described as application/json, every other problem as \
            application/problem+json, which RFC 7807 and the standard ask for",
    },
    Excused {
        operations: &[
            "GET /bizLocations/{bizLocation}",
            "GET /bizLocations/{bizLocation}/events",
            "GET /bizSteps/{bizStep}",
            "GET /bizSteps/{bizStep}/events",
            "GET /capture/{captureID}",
            "GET /dispositions/{disposition}",
            "GET /dispositions/{disposition}/events",
            "GET /epcs/{epc}",
            "GET /epcs/{epc}/events",
            "GET /eventTypes/{eventType}",
            "GET /eventTypes/{eventType}/events",
            "GET /events/{eventID}",
            "GET /readPoints/{readPoint}",
            "GET /readPoints/{readPoint}/events",
        ],
        also: &[],
        status: 404,
        what: "\"epcisException:NoSuchResourceException\" is not one of",
        why: "404ResourceNotFound allows NoSuchNameException only, its own example is a \
            NoSuchResourceException, and what these paths name is no name of a query",
    },
    Excused {
        operations: &["POST /events", "POST /queries"],
        also: &[],
        status: 409,
        what: "409 is not one of 406",
        why: "the body of 409 is described with the status 406",
    },
    Excused {
        operations: &[
            "GET /bizSteps",
            "GET /dispositions",
            "GET /epcs",
            "GET /eventTypes/{eventType}/events",
            "GET /events",
        ],
        also: &[
            "GET /bizLocations",
            "GET /bizLocations/{bizLocation}/events",
            "GET /bizSteps/{bizStep}/events",
            "GET /capture",
            "GET /dispositions/{disposition}/events",
            "GET /epcs/{epc}/events",
            "GET /queries",
            "GET /queries/{queryName}/events",
            "GET /queries/{queryName}/subscriptions",
            "GET /readPoints",
            "GET /readPoints/{readPoint}/events",
        ],
        status: 200,
        what: "is not a \"uri\"",
        why: "Link is described as a URI; its own example, and RFC 8288, have `<URI>; rel=\"next\"`",
    },
    Excused {
        operations: &["POST /queries/{queryName}/subscriptions"],
        also: &[],
        status: 201,
        what: "is not a \"uri\"",
        why: "Location is `Absolute or relative URL` on every other path, and in RFC 9110, 10.2.2",
    },
    Excused {
        operations: &["GET /capture", "GET /capture/{captureID}"],
        also: &[],
        status: 200,
        what: "is valid under more than one of the schemas listed in the 'oneOf'",
        why: "a job has either `errors` or `errorFile`, but neither is required where one of the \
            two is asked for: every job fits both, GS1's example too",
    },
    Excused {
        operations: &["GET /queries/{queryName}"],
        also: &[],
        status: 200,
        what: "is not of type \"array\"",
        why: "one query is described as a list of queries; its own example is one query",
    },
    Excused {
        operations: &[],
        also: &["GET /dispositions/{disposition}/events", "POST /capture"],
        status: 0,
        what: "Failed to generate test cases from examples",
        why: "no answer at all: the tool finds no data that fit the described examples and schema, \
            or not soon enough",
    },
];

//! Every bound of the node's rim, named once with its reason. Nothing from outside is read,
//! queued or answered without one of these; the ledger's own bounds are in `tangle`.

/// Body of a verification or another small JSON request, bytes.
pub const SMALL_BODY_BYTES: usize = 256 * 1024;
/// Arrays and objects in each other in a JSON body; an EPCIS document has a narrower bound of its
/// own (`gs1::limits::DOCUMENT_DEPTH_MAX`).
pub const JSON_DEPTH_MAX: usize = 64;
/// Body of an EPCIS capture, bytes. Told to clients in `GS1-EPCIS-Capture-File-Size-Limit`.
pub const CAPTURE_BODY_BYTES: usize = 4 * 1024 * 1024;
/// Body of a gateway's block upload, bytes: four full blocks, or thousands of usual ones.
pub const BLOCKS_BODY_BYTES: usize = 4 * 1024 * 1024;
/// Body of a bundle, bytes; a longer one is for a stopped node.
pub const BUNDLE_BODY_BYTES: usize = 64 * 1024 * 1024;
/// Body of a witness's `add-checkpoint`, bytes: a note and 63 hashes, with room.
pub const ADD_CHECKPOINT_BODY_BYTES: usize = 128 * 1024;
/// Events in one capture. Told to clients in `GS1-EPCIS-Capture-Limit`.
pub const CAPTURE_EVENTS_MAX: usize = 8_192;
/// Bytes of items put into one block by the node: below the ledger's own 1 MiB, so that framing
/// always fits.
pub const BLOCK_ITEMS_BYTES: usize = 960 * 1024;
/// Items put into one block by the node. The ledger would take 4,096; but a block is what is read
/// and parsed when one of its events is asked for, and a signature costs less than that.
pub const BLOCK_ITEMS_MAX: usize = 256;
/// Blocks in one upload.
pub const UPLOAD_BLOCKS_MAX: usize = 4_096;
/// Query string of `GET /epcis/events`, bytes; longer is 414.
pub const QUERY_STRING_BYTES_MAX: usize = 16 * 1024;
/// Events in a page when the client does not say.
pub const PAGE_DEFAULT: usize = 30;
/// Events in a page at most.
pub const PAGE_MAX: usize = 1_000;
/// Events of a pack's history given in one answer, newest kept.
pub const HISTORY_EVENTS_MAX: usize = 2_000;
/// Readings in one answer of all of something: nineteen years of a minute each.
pub const READINGS_ANSWER_MAX: usize = 10_000_000;
/// Packs in a page of a lot.
pub const LOT_PAGE_MAX: usize = 1_000;
/// Findings told with a lot, the gravest of all.
pub const LOT_FINDINGS_MAX: usize = 100;
/// Alerts in a page.
pub const ALERTS_PAGE_MAX: usize = 500;
/// Master data records in one request.
pub const MASTER_RECORDS_MAX: usize = 1_000;
/// Characters of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 128;
/// Age at which a remembered answer to an `Idempotency-Key` is forgotten, milliseconds.
pub const IDEMPOTENCY_KEEP_MS: i64 = 48 * 3_600 * 1_000;
/// Characters of a free text field (names, labels, reasons).
pub const TEXT_CHARS_MAX: usize = 500;
/// Length of a request id accepted from the client, characters.
pub const REQUEST_ID_CHARS_MAX: usize = 64;
/// Events read from disk for one page; a page that would need more is given short, with a token.
pub const SCAN_EVENTS_MAX: usize = 20_000;
/// Characters kept of a request's method in the access log.
pub const METHOD_CHARS_MAX: usize = 16;
/// Grants of sight that a party may have running or waiting to begin.
pub const GRANTS_MAX: usize = 1_000;
/// Lines in a page of the access log.
pub const ACCESS_PAGE_MAX: usize = 1_000;
/// Events read from disk to sort them by an extension, or to count them for `maxEventCount`.
pub const SORTED_EVENTS_MAX: usize = 50_000;
/// Events that a query without any index may leave to be read; more is `query_too_complex`.
pub const SCAN_UNINDEXED_EVENTS_MAX: usize = 200_000;
/// How long the token of a further page is good, milliseconds.
pub const PAGE_TOKEN_MS: i64 = 10 * 60 * 1_000;
/// Tokens remembered as given back before they end.
pub const TOKENS_RETURNED_MAX: usize = 10_000;
/// Prefixes in a `GS1-Extensions` header.
pub const EXTENSIONS_MAX: usize = 100;
/// Events read to see whether a place or a word of somebody's own may be shown to a key.
pub const SHOWN_EVENTS_MAX: usize = 2_000;
/// Things looked at for one page of `/epcis/epcs`.
pub const THINGS_MAX: usize = 100_000;
/// Documents that may wait to be captured.
pub const CAPTURE_JOBS_WAITING_MAX: usize = 256;
/// Age at which the record of a capture job is forgotten, milliseconds.
pub const CAPTURE_JOBS_KEEP_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// Named queries of a party.
pub const QUERIES_MAX: usize = 1_000;
/// Characters in the name of a query.
pub const QUERY_NAME_CHARS_MAX: usize = 200;
/// Subscriptions of a party.
pub const SUBSCRIPTIONS_MAX: usize = 100;
/// Characters in the secret of a subscription.
pub const SIGNATURE_TOKEN_CHARS_MAX: usize = 1_000;
/// Events sent to a subscriber together.
pub const WEBHOOK_EVENTS_MAX: usize = 100;
/// Subscribers that are sent to at a time.
pub const WEBHOOK_THREADS_MAX: usize = 8;
/// Longest wait before a subscriber is tried again, milliseconds.
pub const WEBHOOK_RETRY_MS_MAX: i64 = 10 * 60 * 1_000;
/// Streams (`WebSocket`) open at a time.
pub const STREAMS_MAX: usize = 256;
/// Scans in one batch of questions (`POST /api/v1/verify` with `scans`).
pub const VERIFY_BATCH_MAX: usize = 1_000;
/// Questions that wait to be recorded; more are let go and counted.
pub const QUESTIONS_QUEUE_MAX: usize = 8_192;
/// Questions recorded at a time.
pub const QUESTIONS_BATCH_MAX: usize = 4_096;
/// Questions remembered to tell a trigger pulled twice.
pub const QUESTION_KEPT_MAX: usize = 16_384;
/// Characters of a scan that is recorded as a question: the longest GS1 symbol, with room.
pub const SCAN_CHARS_MAX: usize = 4_096;
/// Packs in one change of state.
pub const OPERATION_PACKS_MAX: usize = 1_000;
/// Cases in one answer.
pub const CASES_PAGE_MAX: usize = 500;
/// Characters of the pseudonym in an electronic signature.
pub const SIGNER_CHARS_MAX: usize = 64;
/// Shipments in a page.
pub const SHIPMENTS_PAGE_MAX: usize = 200;
/// Missing and surplus packs of a shipment that are listed; the counts are whole.
pub const SHIPMENT_LISTED_MAX: usize = 1_000;
/// Items in one exception report or response.
pub const EXCEPTION_ITEMS_MAX: usize = 2_000;
/// Reports and responses in one exception case.
pub const EXCEPTION_MESSAGES_MAX: usize = 100;
/// Event streams of news open at a time.
pub const NEWS_STREAMS_MAX: usize = 256;
/// Resources in one FHIR answer.
pub const FHIR_PAGE_MAX: usize = 200;
/// Ids in one FHIR search.
pub const FHIR_IDS_MAX: usize = 200;
/// Shipments in a FHIR search without an identifier: each is put together from its contents.
pub const FHIR_SHIPMENTS_MAX: usize = 50;
/// Questions in one block: the state is held while a block of them is weighed.
pub const QUESTIONS_BLOCK_MAX: usize = 64;
/// Questions of one party and minute that are recorded although their answer was no good one.
pub const QUESTIONS_DOUBTFUL_MAX: u32 = 32;
/// Sign-ins begun and not come back; with more the oldest is forgotten.
pub const SIGN_INS_PENDING_MAX: usize = 10_000;
/// How long a person may take at the identity provider, milliseconds.
pub const SIGN_IN_MS: i64 = 10 * 60 * 1_000;
/// Sessions of one person; with more the least used ends.
pub const SESSIONS_OF_PERSON_MAX: usize = 16;
/// An answer of the identity provider, bytes.
pub const PROVIDER_ANSWER_BYTES_MAX: u64 = 1024 * 1024;
/// Characters of the path to which a sign-in leads back.
pub const RETURN_TO_CHARS_MAX: usize = 1_024;
/// Ceremonies with passkeys that wait for an answer; with more the oldest is forgotten.
pub const CEREMONIES_MAX: usize = 10_000;
/// How long a person may take to use a passkey, milliseconds.
pub const CEREMONY_MS: i64 = 5 * 60 * 1_000;
/// How old a session may be in which a passkey is made, milliseconds.
pub const FRESH_SIGN_IN_MS: i64 = 10 * 60 * 1_000;
/// Passkeys of one person.
pub const PASSKEYS_OF_PERSON_MAX: usize = 16;
/// Electronic signatures in a page.
pub const SIGNATURES_PAGE_MAX: usize = 1_000;
/// Transformations gone through in a genealogy, each way, when the client does not say.
pub const GENEALOGY_DEPTH: usize = 8;
/// Transformations gone through in a genealogy, each way, at most.
pub const GENEALOGY_DEPTH_MAX: usize = 32;
/// Things of a genealogy, each way.
pub const GENEALOGY_THINGS_MAX: usize = 1_000;
/// Transformations of one thing that are looked at for its genealogy.
pub const GENEALOGY_EVENTS_MAX: usize = 200;
/// Invitations of devices that are kept, open and ended ones.
pub const INVITATIONS_MAX: usize = 1_000;
/// How long a code may be valid, seconds: a minute to a week.
pub const INVITATION_S: std::ops::RangeInclusive<u32> = 60..=7 * 86_400;
/// How long it is valid unless something else is asked for, seconds.
pub const INVITATION_S_DEFAULT: u32 = 86_400;
/// How long an ended invitation is still listed, milliseconds.
pub const INVITATION_LISTED_MS: i64 = 30 * 86_400 * 1_000;
/// How long a device may take to answer a challenge, milliseconds.
pub const ENROLMENT_CHALLENGE_MS: i64 = 5 * 60 * 1_000;
/// Nodes of a lot's trace unless something else is asked for.
pub const TRACE_NODES: usize = 400;
/// Share links of one party that are kept, open and ended ones.
pub const LINKS_MAX: usize = 1_000;
/// How long a share link may be good, seconds: a minute to 30 days.
pub const LINK_S: std::ops::RangeInclusive<u32> = 60..=30 * 86_400;
/// How long it is good unless something else is asked for, seconds.
pub const LINK_S_DEFAULT: u32 = 7 * 86_400;
/// How long an ended share link is still listed, milliseconds.
pub const LINK_LISTED_MS: i64 = 30 * 86_400 * 1_000;
/// How long a counter may rely on a signed recall list that it cannot renew, milliseconds.
pub const RECALL_LIST_VALID_MS: i64 = 24 * 3_600 * 1_000;
/// Age at which the recall list is signed anew though nothing has changed, milliseconds.
pub const RECALL_LIST_RENEWED_MS: i64 = 15 * 60 * 1_000;
/// Blocks in a page of the ledger.
pub const BLOCKS_PAGE_MAX: usize = 100;
/// Tips named in one answer.
pub const TIPS_TOLD_MAX: usize = 64;
/// The latest blocks whose way to a milestone is looked at to tell how long it takes.
pub const FINALITY_BLOCKS: usize = 200;
/// The time over which blocks are counted to tell how many come in a second, milliseconds.
pub const RATE_WINDOW_MS: i64 = 5 * 60 * 1_000;
/// Devices in a page.
pub const DEVICES_PAGE_MAX: usize = 1_000;
/// Characters of a comment about a case.
pub const COMMENT_CHARS_MAX: usize = 2_000;
/// Comments about one case.
pub const COMMENTS_MAX: usize = 1_000;

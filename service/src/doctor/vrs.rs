//! The looks at manufacturers' systems: can each of them be reached, and does it take the key?
use super::Look;
use crate::app::outward::{Directory, Responder, check_connectivity};
use crate::config::VrsConfig;

const SUBJECT: &str = "responder";

pub(super) fn looks(config: &VrsConfig) -> Vec<Look> {
    match Directory::open(config) {
        Ok(directory) => {
            let all = directory.all().iter();
            all.map(|it| connected(&directory, it)).collect()
        }
        Err(why) => {
            let remedy = "correct the [vrs] settings; the node does not start so";
            vec![Look::failure(SUBJECT, why, remedy)]
        }
    }
}

fn connected(directory: &Directory, responder: &Responder) -> Look {
    let url = responder.url();
    let Some(party) = responder.party() else {
        let seen = format!("{url} is asked for every party, and was not asked now");
        return Look::ok(SUBJECT, seen);
    };
    match check_connectivity(directory, responder, party) {
        Ok(Some(gln)) => Look::ok(SUBJECT, format!("{url} answers as {gln}")),
        Ok(None) => Look::ok(SUBJECT, format!("{url} answers")),
        Err("refused") => {
            let seen = format!("{url} does not take the key for {party}");
            let remedy = "compare the key in its key_file with the one the partner gave, and the \
                          party with the one that the key speaks for";
            Look::failure(SUBJECT, seen, remedy)
        }
        Err(why) => {
            let seen = format!("{url} gives no answer: {why}");
            let remedy = "see whether it runs, and whether a firewall stands between; until then \
                          its packs are not checked";
            Look::failure(SUBJECT, seen, remedy)
        }
    }
}

//! What the interface cannot show: a subscription that was made while its query was deleted.

use gs1::epcis::translate::{CbvFormat, EpcFormat};
use serde_json::json;

use super::*;
use crate::app::epcis::queries::{Named, key_of};
use crate::node::fold::OPERATOR;
use crate::store::shelf::Shelf;
use crate::store::{Change, Durably};
use crate::{Config, World};

fn subscription(key_id: &str, query_id: &str) -> Subscription {
    Subscription {
        id: "s".to_owned(),
        owner: OPERATOR.to_owned(),
        query: "q".to_owned(),
        query_id: query_id.to_owned(),
        key_id: key_id.to_owned(),
        dest: "http://127.0.0.1:9/".to_owned(),
        signature_token: None,
        schedule: None,
        report_if_empty: false,
        initial_record_ms: None,
        created_ms: 0,
        last_notified_ms: None,
        min_record_ms: 0,
        cursor: 0,
        due_ms: None,
        epc_format: EpcFormat::default().as_str().to_owned(),
        cbv_format: CbvFormat::default().as_str().to_owned(),
        failures: 0,
        retry_ms: None,
        batch: WEBHOOK_EVENTS_MAX,
    }
}

#[test]
fn another_query_of_the_same_name_ends_a_subscription() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::manual(1_772_323_200_000, 7);
    let made = crate::init(dir.path(), "example.com/lab", &world).unwrap();
    let node = Node::open(&Config::for_testing(dir.path()), world).unwrap();
    let key_id = made.admin_key.split('_').nth(1).unwrap();
    let named = Named::new("q".to_owned(), json!({}));
    let query = Change::put(Shelf::Queries, &key_of(OPERATOR, "q"), &named).unwrap();
    for (query_id, goes_on) in [("", true), ("another", false)] {
        let own = subscription(key_id, query_id);
        let kept = Change::put(Shelf::Subscriptions, &own.key(), &own).unwrap();
        let changes = [query.clone(), kept];
        node.store().change(&changes, Durably::Yes).unwrap();
        let sender = Sender::new(true, Duration::from_secs(1));
        deliver(&node, &sender, &AtomicBool::new(false), &own.key()).unwrap();
        let left = subscriptions::again(&node, &own.key()).unwrap();
        assert_eq!(left.is_some(), goes_on, "{query_id:?}");
    }
}

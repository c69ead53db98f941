//! Gaps as events. "Nothing was seen at the door" is worth something only if somebody was looking;
//! when the reader was unreachable, or its buffer ran over, the bridge signs that as well. EPCIS
//! has no word for it, so it is an `ObjectEvent` of nothing, whose step and content are in our own
//! namespace.

use gs1::BizStep;
use gs1::epcis::{Action, Event};
use serde_json::json;

use crate::capture::{CaptureError, EXTENSION_NAMESPACE, EXTENSION_PREFIX, Place, uuid_urn};
use crate::source::Gap;
use crate::timekeeping::{self, Gateway};

/// The business step of such an event.
pub const BIZ_STEP: &str = "urn:theriac:epcis:data_gap";

/// The event of one gap; its id follows from device, place and gap.
///
/// # Errors
/// [`CaptureError`] when the parts make no valid event.
pub fn event(
    place: &Place,
    device: &[u8; 32],
    gap: &Gap,
    gateway: &Gateway,
) -> Result<Event, CaptureError> {
    let mut content = json!({
        "source": place.name,
        "cause": gap.cause.word(),
        "from_ms": gap.from_ms,
        "to_ms": gap.to_ms,
    });
    if let Some(content) = content.as_object_mut() {
        content.extend(gap.lost.map(|lost| ("lost".to_owned(), json!(lost))));
        let device = gap.device.as_deref();
        content.extend(device.map(|device| ("device".to_owned(), json!(device))));
    }
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge gap id v1");
    hasher.update(device);
    hasher.update(content.to_string().as_bytes());
    let step = BizStep::Other(BIZ_STEP.to_owned());
    let mut event = Event::object(Action::Observe, [], gap.to_ms, step)
        .with_event_id(&uuid_urn(hasher.finalize().as_bytes()))
        .with_read_point(&place.read_point)
        .with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "data_gap", content);
    if let Some(mark) = timekeeping::mark(gateway, None) {
        event = event.with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "clock", mark);
    }
    event.build().map_err(|source| CaptureError {
        reader: place.name.clone(),
        tags: 0,
        source,
    })
}

#[cfg(test)]
mod tests {
    use gs1::Epc;

    use super::*;
    use crate::source::GapCause;

    #[test]
    fn a_gap_tells_cause_and_bounds_and_is_the_same_twice() {
        let place = Place {
            name: "dock-1".to_owned(),
            read_point: Epc::parse("https://id.gs1.org/414/9521321000018/254/dock-1").unwrap(),
            biz_location: None,
            biz_step: BizStep::Receiving,
            direction: None,
        };
        let gap = Gap {
            cause: GapCause::Overflow,
            from_ms: 1_790_000_000_000,
            to_ms: 1_790_000_000_400,
            lost: Some(120),
            device: None,
        };
        let gateway = Gateway {
            quality: timekeeping::Quality::Unsynchronised,
            ..Gateway::default()
        };
        let first = event(&place, &[7; 32], &gap, &gateway).unwrap();
        let json = first.to_json();
        assert_eq!(json["theriac:data_gap"]["cause"], "overflow");
        assert_eq!(json["theriac:data_gap"]["lost"], 120);
        assert_eq!(json["bizStep"], BIZ_STEP);
        assert_eq!(json["theriac:clock"]["time_quality"], "unsynchronised");
        let again = event(&place, &[7; 32], &gap, &gateway).unwrap();
        assert_eq!(first.canonical_json(), again.canonical_json());
        let longer = Gap {
            to_ms: gap.to_ms + 1,
            ..gap
        };
        let other = event(&place, &[7; 32], &longer, &gateway).unwrap();
        assert_ne!(first.event_id_or_hash(), other.event_id_or_hash());
    }
}

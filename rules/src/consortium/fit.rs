//! Which conditions go together, and what a rule made of them is judged on.

use super::declaration::{About, Condition, Counted, Mode};

/// What a rule is judged on, else where and why its conditions do not go together.
pub(super) fn mode(about: About, when: &Condition) -> Result<Mode, (&'static str, &'static str)> {
    if about != About::Thing {
        let Condition::Count(count) = when else {
            return Err((
                "/when",
                "a rule about a party, place or lot must be one count",
            ));
        };
        if count
            .only
            .as_ref()
            .is_some_and(|only| has(only, asks_of_thing))
        {
            let problem = "status, holder and measure are known of things only";
            return Err(("/when/count/where", problem));
        }
        return Ok(Mode::Group);
    }
    let temperature = has(when, |part| matches!(part, Condition::Temperature { .. }));
    let state = has(when, |part| matches!(part, Condition::State { .. }));
    if denies_elsewhere(when, false) {
        return Err(("/when", "temperature and state cannot stand under not"));
    }
    if (temperature || state) && has(when, asks_more) {
        let problem = "beside a temperature or a state only gtin and lot can be asked";
        return Err(("/when", problem));
    }
    match (temperature, state) {
        (true, true) => Err(("/when", "temperature and state do not go together")),
        (true, false) => Ok(Mode::Readings),
        (false, true) => Ok(Mode::Time),
        (false, false) if has(when, counts_things) => {
            Err(("/when", "a rule about a thing cannot count things"))
        }
        (false, false) => Ok(Mode::Records),
    }
}

/// Whether a condition is made of all, any, not, field and measure only.
pub(super) fn is_plain(when: &Condition) -> bool {
    !has(when, |part| {
        matches!(
            part,
            Condition::Count(_) | Condition::Temperature { .. } | Condition::State { .. }
        )
    })
}

/// Visits a tree; what a count counts is not visited.
pub(super) fn walk(when: &Condition, visit: &mut dyn FnMut(&Condition)) {
    visit(when);
    match when {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                walk(part, visit);
            }
        }
        Condition::Not(part) => walk(part, visit),
        _ => {}
    }
}

fn has(when: &Condition, wanted: impl Fn(&Condition) -> bool) -> bool {
    let mut found = false;
    walk(when, &mut |part| found |= wanted(part));
    found
}

/// Asks for what only a record, or only the state of a thing, can tell.
fn asks_more(part: &Condition) -> bool {
    match part {
        Condition::Count(_) | Condition::Number { .. } => true,
        Condition::Text { field, .. } | Condition::Known { field, .. } => !field.of_contents(),
        _ => false,
    }
}

fn asks_of_thing(part: &Condition) -> bool {
    match part {
        Condition::Number { .. } => true,
        Condition::Text { field, .. } | Condition::Known { field, .. } => {
            !field.of_record() && !field.of_contents()
        }
        _ => false,
    }
}

fn counts_things(part: &Condition) -> bool {
    matches!(part, Condition::Count(count) if count.of == Counted::Things)
}

/// Whether a temperature or a state stands under a not.
fn denies_elsewhere(when: &Condition, denied: bool) -> bool {
    match when {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().any(|part| denies_elsewhere(part, denied))
        }
        Condition::Not(part) => denies_elsewhere(part, true),
        Condition::Temperature { .. } | Condition::State { .. } => denied,
        _ => false,
    }
}

//! The score as tables for people, in Markdown.

use std::fmt;

use super::Score;
use crate::kind::Kind;

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary(f)?;
        self.counters(f)?;
        self.confusion(f)?;
        self.per_rule(f)?;
        self.scanner_table(f)?;
        self.examples(f)
    }
}

fn percent(part: u32, of: u32) -> String {
    format!("{:.2} %", 100.0 * f64::from(part) / f64::from(of.max(1)))
}

impl Score {
    /// False alarms, fakes let through and passes over gaps, each with what is on record of it.
    pub fn wrong(&self) -> String {
        self.visits.wrong.join("\n")
    }

    /// Units planted too warm or too cold, and those of them that a rule found.
    pub fn excursions(&self) -> (usize, usize) {
        let kinds = Kind::EXCURSIONS.iter();
        let tallies = kinds.filter_map(|kind| self.findings.kinds.get(kind));
        tallies.fold((0, 0), |(planted, found), tally| {
            (planted + tally.planted_units, found + tally.found_units)
        })
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (params, visits, fakes) = (&self.params, &self.visits, self.visits.fakes());
        writeln!(
            f,
            "seed {}, {} packs, loss {}, scanner faults {}: {} records, {} scans\n",
            params.seed,
            params.packs,
            params.loss,
            params.scanner_faults,
            self.records,
            visits.scans
        )?;
        let (garbled, right) = visits.diagnosed();
        let (planted, found) = self.excursions();
        writeln!(f, "| figure | value | beside |\n|---|---|---|")?;
        let stopped = percent(fakes.stopped, fakes.visits);
        let by_state = percent(fakes.stopped_by_state, fakes.visits);
        writeln!(
            f,
            "| fakes stopped before dispensing | {stopped} of {} | states alone: {by_state} |",
            fakes.visits
        )?;
        for kind in [Kind::CopiedOnce, Kind::CopiedTenfold] {
            let stops = visits.planted.get(&kind).cloned().unwrap_or_default();
            let stopped = percent(stops.stopped, stops.visits);
            let by_state = percent(stops.stopped_by_state, stops.visits);
            writeln!(
                f,
                "| of those {} | {stopped} of {} | states alone: {by_state} |",
                kind.name(),
                stops.visits
            )?;
        }
        let rate = 100.0 * visits.alarm_rate();
        writeln!(
            f,
            "| alarms on genuine packs | {} = {rate:.4} % of {} scans | |",
            visits.alarms, visits.genuine
        )?;
        let diagnosed = percent(right, garbled);
        writeln!(
            f,
            "| scanner faults named rightly | {diagnosed} of {garbled} | |"
        )?;
        writeln!(f, "| excursions found | {found} of {planted} | |")?;
        writeln!(f, "| passes over a gap | {} | |\n", visits.passes_over_gaps)
    }

    fn counters(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| at the counter | presented | stopped | states alone | verdicts |"
        )?;
        writeln!(f, "|---|---|---|---|---|")?;
        let planted = self
            .visits
            .planted
            .iter()
            .map(|(kind, stops)| ("", kind, stops));
        let marked = self
            .visits
            .marked
            .iter()
            .map(|(kind, stops)| ("genuine, ", kind, stops));
        for (prefix, kind, stops) in planted.chain(marked) {
            let codes = stops
                .codes
                .iter()
                .map(|(code, count)| format!("{code} {count}"));
            writeln!(
                f,
                "| {prefix}{} | {} | {} | {} | {} |",
                kind.name(),
                stops.visits,
                stops.stopped,
                stops.stopped_by_state,
                codes.collect::<Vec<_>>().join(", ")
            )?;
        }
        writeln!(f)
    }

    fn confusion(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| planted | goods | found | missed | rules that spoke |\n|---|---|---|---|---|"
        )?;
        for (kind, tally) in &self.findings.kinds {
            let rules = tally.by_rule.iter().map(|(rule, count)| {
                let mark = if kind.rules().contains(&rule.as_str()) {
                    ""
                } else {
                    "?"
                };
                format!("{rule}{mark} {count}")
            });
            writeln!(
                f,
                "| {} | {} | {} | {} | {} |",
                kind.name(),
                tally.planted,
                tally.found,
                tally.planted - tally.found,
                rules.collect::<Vec<_>>().join(", ")
            )?;
        }
        writeln!(f)
    }

    fn per_rule(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| rule | goods it is for | found | by itself | stopped | missed | findings right | explained | beside | \
             false S3+ | false S2 | false S0-S1 | false, resolved |\n{}",
            "|---".repeat(13) + "|"
        )?;
        for (rule, tally) in &self.findings.rules {
            writeln!(
                f,
                "| {rule} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                tally.meant,
                tally.found,
                tally.by_itself,
                tally.stopped,
                tally.meant - tally.found - tally.stopped,
                tally.right,
                tally.explained,
                tally.beside,
                tally.false_accusations,
                tally.false_holds,
                tally.false_notes,
                tally.resolved
            )?;
        }
        writeln!(f)
    }

    fn scanner_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| scanner fault | scans | named rightly | otherwise | pack blamed |\n|---|---|---|---|---|"
        )?;
        for (fault, counts) in &self.visits.scanners {
            writeln!(
                f,
                "| {fault:?} | {} | {} | {} | {} |",
                counts.scans, counts.right, counts.wrong, counts.blamed
            )?;
        }
        writeln!(f)
    }

    fn examples(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (code, (count, example)) in &self.visits.alarm_codes {
            writeln!(f, "alarm {code} x {count}, such as {example}")?;
        }
        for (rule, tally) in &self.findings.rules {
            if let Some(example) = &tally.example {
                writeln!(f, "false {rule}, such as {example}")?;
            }
        }
        Ok(())
    }
}

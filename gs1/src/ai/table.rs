//! The table of application identifiers. One row is one AI or a run of AIs with one format; the
//! width says how many digits the AI is written with, so that `00` and `000` differ.

use super::{Check, Part, Set};

/// The format of one application identifier, or of a run of them.
#[derive(Debug)]
pub struct Rule {
    width: usize,
    first: u16,
    last: u16,
    pub(super) parts: &'static [Part],
}

pub(super) fn find(ai: &str) -> Option<&'static Rule> {
    if !(2..=4).contains(&ai.len()) || !ai.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u16 = ai.parse().ok()?;
    TABLE
        .iter()
        .find(|rule| rule.width == ai.len() && (rule.first..=rule.last).contains(&number))
}

/// Exactly `len` digits.
const fn n(len: u8) -> Part {
    Part {
        set: Set::Digits,
        min: len,
        max: len,
        optional: false,
        check: Check::Nothing,
    }
}

/// One to `max` digits.
const fn n_to(max: u8) -> Part {
    Part { min: 1, ..n(max) }
}

/// Exactly `len` characters of set 82.
const fn x(len: u8) -> Part {
    Part {
        set: Set::Text82,
        ..n(len)
    }
}

/// One to `max` characters of set 82.
const fn x_to(max: u8) -> Part {
    Part { min: 1, ..x(max) }
}

/// One to `max` characters of set 39.
const fn y_to(max: u8) -> Part {
    Part {
        set: Set::Text39,
        ..x_to(max)
    }
}

/// One to `max` characters of set 64.
const fn z_to(max: u8) -> Part {
    Part {
        set: Set::Text64,
        ..x_to(max)
    }
}

/// May be absent.
const fn opt(part: Part) -> Part {
    Part {
        optional: true,
        ..part
    }
}

/// `len` digits of which the last is the check digit.
const fn key(len: u8) -> Part {
    Part {
        check: Check::Modulo10,
        ..n(len)
    }
}

const fn meaning(len: u8, check: Check) -> Part {
    Part { check, ..n(len) }
}

const DATE_OR_MONTH: Part = meaning(6, Check::DateOrMonth);
const DATE: Part = meaning(6, Check::Date);
const LONG_DATE: Part = meaning(8, Check::LongDate);
const HOUR_MINUTE: Part = meaning(4, Check::HourMinute);
const HOUR: Part = meaning(2, Check::Hour);
const SIXTY: Part = meaning(2, Check::Sixty);
const ZERO: Part = meaning(1, Check::Zero);

macro_rules! table {
    ($($width:literal: $first:literal ..= $last:literal => [$($part:expr),+];)+) => {
        const TABLE: &[Rule] = &[
            $(Rule { width: $width, first: $first, last: $last, parts: &[$($part),+] }),+
        ];
    };
}

table! {
    2: 0..=0 => [key(18)];
    2: 1..=3 => [key(14)];
    2: 10..=10 => [x_to(20)];
    2: 11..=13 => [DATE_OR_MONTH];
    2: 15..=17 => [DATE_OR_MONTH];
    2: 20..=20 => [n(2)];
    2: 21..=22 => [x_to(20)];
    3: 235..=235 => [x_to(28)];
    3: 240..=241 => [x_to(30)];
    3: 242..=242 => [n_to(6)];
    3: 243..=243 => [x_to(20)];
    3: 250..=251 => [x_to(30)];
    3: 253..=253 => [key(13), opt(x_to(17))];
    3: 254..=254 => [x_to(20)];
    3: 255..=255 => [key(13), opt(n_to(12))];
    2: 30..=30 => [n_to(8)];
    // Trade and logistic measures; the fourth digit is the decimal position, 0 to 5.
    4: 3100..=3105 => [n(6)];
    4: 3110..=3115 => [n(6)];
    4: 3120..=3125 => [n(6)];
    4: 3130..=3135 => [n(6)];
    4: 3140..=3145 => [n(6)];
    4: 3150..=3155 => [n(6)];
    4: 3160..=3165 => [n(6)];
    4: 3200..=3205 => [n(6)];
    4: 3210..=3215 => [n(6)];
    4: 3220..=3225 => [n(6)];
    4: 3230..=3235 => [n(6)];
    4: 3240..=3245 => [n(6)];
    4: 3250..=3255 => [n(6)];
    4: 3260..=3265 => [n(6)];
    4: 3270..=3275 => [n(6)];
    4: 3280..=3285 => [n(6)];
    4: 3290..=3295 => [n(6)];
    4: 3300..=3305 => [n(6)];
    4: 3310..=3315 => [n(6)];
    4: 3320..=3325 => [n(6)];
    4: 3330..=3335 => [n(6)];
    4: 3340..=3345 => [n(6)];
    4: 3350..=3355 => [n(6)];
    4: 3360..=3365 => [n(6)];
    4: 3370..=3375 => [n(6)];
    4: 3400..=3405 => [n(6)];
    4: 3410..=3415 => [n(6)];
    4: 3420..=3425 => [n(6)];
    4: 3430..=3435 => [n(6)];
    4: 3440..=3445 => [n(6)];
    4: 3450..=3455 => [n(6)];
    4: 3460..=3465 => [n(6)];
    4: 3470..=3475 => [n(6)];
    4: 3480..=3485 => [n(6)];
    4: 3490..=3495 => [n(6)];
    4: 3500..=3505 => [n(6)];
    4: 3510..=3515 => [n(6)];
    4: 3520..=3525 => [n(6)];
    4: 3530..=3535 => [n(6)];
    4: 3540..=3545 => [n(6)];
    4: 3550..=3555 => [n(6)];
    4: 3560..=3565 => [n(6)];
    4: 3570..=3575 => [n(6)];
    4: 3600..=3605 => [n(6)];
    4: 3610..=3615 => [n(6)];
    4: 3620..=3625 => [n(6)];
    4: 3630..=3635 => [n(6)];
    4: 3640..=3645 => [n(6)];
    4: 3650..=3655 => [n(6)];
    4: 3660..=3665 => [n(6)];
    4: 3670..=3675 => [n(6)];
    4: 3680..=3685 => [n(6)];
    4: 3690..=3695 => [n(6)];
    2: 37..=37 => [n_to(8)];
    4: 3900..=3909 => [n_to(15)];
    4: 3910..=3919 => [n(3), n_to(15)];
    4: 3920..=3929 => [n_to(15)];
    4: 3930..=3939 => [n(3), n_to(15)];
    4: 3940..=3943 => [n(4)];
    4: 3950..=3955 => [n(6)];
    3: 400..=401 => [x_to(30)];
    3: 402..=402 => [key(17)];
    3: 403..=403 => [x_to(30)];
    3: 410..=417 => [key(13)];
    3: 420..=420 => [x_to(20)];
    3: 421..=421 => [n(3), x_to(9)];
    3: 422..=422 => [n(3)];
    3: 423..=423 => [n(3), opt(n(3)), opt(n(3)), opt(n(3)), opt(n(3))];
    3: 424..=424 => [n(3)];
    3: 425..=425 => [n(3), opt(n(3)), opt(n(3)), opt(n(3)), opt(n(3))];
    3: 426..=426 => [n(3)];
    3: 427..=427 => [x_to(3)];
    4: 4300..=4301 => [x_to(35)];
    4: 4302..=4306 => [x_to(70)];
    4: 4307..=4307 => [x(2)];
    4: 4308..=4308 => [x_to(30)];
    4: 4309..=4309 => [n(20)];
    4: 4310..=4311 => [x_to(35)];
    4: 4312..=4316 => [x_to(70)];
    4: 4317..=4317 => [x(2)];
    4: 4318..=4318 => [x_to(20)];
    4: 4319..=4319 => [x_to(30)];
    4: 4320..=4320 => [x_to(35)];
    4: 4321..=4323 => [n(1)];
    4: 4324..=4325 => [DATE_OR_MONTH, n(4)];
    4: 4326..=4326 => [DATE];
    4: 4330..=4333 => [n(6), opt(x(1))];
    4: 7001..=7001 => [n(13)];
    4: 7002..=7002 => [x_to(30)];
    4: 7003..=7003 => [DATE, HOUR_MINUTE];
    4: 7004..=7004 => [n_to(4)];
    4: 7005..=7005 => [x_to(12)];
    4: 7006..=7006 => [DATE];
    4: 7007..=7007 => [DATE, opt(DATE)];
    4: 7008..=7008 => [x_to(3)];
    4: 7009..=7009 => [x_to(10)];
    4: 7010..=7010 => [x_to(2)];
    4: 7011..=7011 => [DATE, opt(HOUR_MINUTE)];
    4: 7020..=7022 => [x_to(20)];
    4: 7023..=7023 => [x_to(30)];
    4: 7030..=7039 => [n(3), x_to(27)];
    4: 7040..=7040 => [n(1), x(3)];
    4: 7041..=7041 => [x_to(4)];
    3: 710..=717 => [x_to(20)];
    4: 7230..=7239 => [x(2), x_to(28)];
    4: 7240..=7240 => [x_to(20)];
    4: 7241..=7241 => [n(2)];
    4: 7242..=7242 => [x_to(25)];
    4: 7250..=7250 => [LONG_DATE];
    4: 7251..=7251 => [LONG_DATE, HOUR_MINUTE];
    4: 7252..=7252 => [n(1)];
    4: 7253..=7254 => [x_to(40)];
    4: 7255..=7255 => [x_to(10)];
    4: 7256..=7256 => [x_to(90)];
    4: 7257..=7257 => [x_to(70)];
    4: 7258..=7258 => [x(3)];
    4: 7259..=7259 => [x_to(40)];
    4: 8001..=8001 => [n(14)];
    4: 8002..=8002 => [x_to(20)];
    4: 8003..=8003 => [ZERO, key(13), opt(x_to(16))];
    4: 8004..=8004 => [x_to(30)];
    4: 8005..=8005 => [n(6)];
    4: 8006..=8006 => [key(14), n(4)];
    4: 8007..=8007 => [x_to(34)];
    4: 8008..=8008 => [DATE, HOUR, opt(SIXTY), opt(SIXTY)];
    4: 8009..=8009 => [x_to(50)];
    4: 8010..=8010 => [y_to(30)];
    4: 8011..=8011 => [n_to(12)];
    4: 8012..=8012 => [x_to(20)];
    4: 8013..=8014 => [x_to(25)];
    4: 8017..=8018 => [key(18)];
    4: 8019..=8019 => [n_to(10)];
    4: 8020..=8020 => [x_to(25)];
    4: 8026..=8026 => [key(14), n(4)];
    4: 8030..=8030 => [z_to(90)];
    4: 8040..=8041 => [n(15)];
    4: 8042..=8042 => [n(32)];
    4: 8043..=8043 => [n(18), opt(n_to(2))];
    4: 8110..=8110 => [x_to(70)];
    4: 8111..=8111 => [n(4)];
    4: 8112..=8112 => [x_to(70)];
    4: 8200..=8200 => [x_to(70)];
    2: 90..=90 => [x_to(30)];
    2: 91..=99 => [x_to(90)];
}

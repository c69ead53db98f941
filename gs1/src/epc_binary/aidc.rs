//! How the value of every application identifier is put into bits (TDS 2.3, table F), for the
//! codings since TDS 2.0 and the data appended to them.

use super::value::Kind::{
    self, Country, Date, DatePrecise, DateRange, DateTime, Delimited, Digits, Flag, Minus, Number,
    Numeric, Sequence, Text,
};

/// The components of a value; at most two.
pub(super) fn components(ai: &str) -> Option<&'static [Kind]> {
    let row = TABLE
        .iter()
        .find(|(first, last, _)| first.len() == ai.len() && (*first..=*last).contains(&ai));
    row.map(|(_, _, kinds)| *kinds)
}

/// Digits of an application identifier that begins with these two (TDS table K).
pub(super) fn ai_len(head: u8) -> Option<u32> {
    match head {
        0x00..=0x02 | 0x10..=0x13 | 0x15..=0x17 | 0x20..=0x22 | 0x30 | 0x37 | 0x90..=0x99 => {
            // The head is two decimal digits, so 0x1a and the like never come here.
            Some(2)
        }
        0x23..=0x25 | 0x40..=0x42 | 0x71 => Some(3),
        0x31..=0x36 | 0x39 | 0x43 | 0x70 | 0x72 | 0x80..=0x82 => Some(4),
        _ => None,
    }
}

type Row = (&'static str, &'static str, &'static [Kind]);

const TABLE: &[Row] = &[
    ("00", "00", &[Digits(18)]),
    ("01", "02", &[Digits(14)]),
    ("10", "10", &[Text(20)]),
    ("11", "13", &[Date]),
    ("15", "17", &[Date]),
    ("20", "20", &[Number(2)]),
    ("21", "22", &[Text(20)]),
    ("235", "235", &[Text(28)]),
    ("240", "241", &[Text(30)]),
    ("242", "242", &[Numeric(6)]),
    ("243", "243", &[Text(20)]),
    ("250", "251", &[Text(30)]),
    ("253", "253", &[Digits(13), Text(17)]),
    ("254", "254", &[Text(20)]),
    ("255", "255", &[Digits(13), Numeric(12)]),
    ("30", "30", &[Numeric(8)]),
    ("3100", "3695", &[Number(6)]),
    ("37", "37", &[Numeric(8)]),
    ("3900", "3909", &[Numeric(15)]),
    ("3910", "3919", &[Number(3), Numeric(15)]),
    ("3920", "3929", &[Numeric(15)]),
    ("3930", "3939", &[Number(3), Numeric(15)]),
    ("3940", "3943", &[Number(4)]),
    ("3950", "3953", &[Number(6)]),
    ("400", "401", &[Text(30)]),
    ("402", "402", &[Number(17)]),
    ("403", "403", &[Text(30)]),
    ("410", "417", &[Digits(13)]),
    ("420", "420", &[Text(20)]),
    ("421", "421", &[Number(3), Text(9)]),
    ("422", "422", &[Number(3)]),
    ("423", "423", &[Numeric(15)]),
    ("424", "424", &[Number(3)]),
    ("425", "425", &[Numeric(15)]),
    ("426", "426", &[Number(3)]),
    ("427", "427", &[Text(3)]),
    ("4300", "4301", &[Text(35)]),
    ("4302", "4306", &[Text(70)]),
    ("4307", "4307", &[Country]),
    ("4308", "4308", &[Text(30)]),
    ("4309", "4309", &[Number(20)]),
    ("4310", "4311", &[Text(35)]),
    ("4312", "4316", &[Text(70)]),
    ("4317", "4317", &[Country]),
    ("4318", "4318", &[Text(20)]),
    ("4319", "4319", &[Text(30)]),
    ("4320", "4320", &[Text(35)]),
    ("4321", "4323", &[Flag]),
    ("4324", "4325", &[DateTime]),
    ("4326", "4326", &[Date]),
    ("4330", "4333", &[Number(6), Minus]),
    ("7001", "7001", &[Number(13)]),
    ("7002", "7002", &[Text(30)]),
    ("7003", "7003", &[DateTime]),
    ("7004", "7004", &[Numeric(4)]),
    ("7005", "7005", &[Text(12)]),
    ("7006", "7006", &[Date]),
    ("7007", "7007", &[DateRange]),
    ("7008", "7008", &[Text(3)]),
    ("7009", "7009", &[Text(10)]),
    ("7010", "7010", &[Text(2)]),
    ("7011", "7011", &[DatePrecise]),
    ("7020", "7022", &[Text(20)]),
    ("7023", "7023", &[Delimited]),
    ("7030", "7039", &[Number(3), Text(27)]),
    ("7040", "7041", &[Text(4)]),
    ("710", "716", &[Text(20)]),
    ("7230", "7239", &[Text(30)]),
    ("7240", "7240", &[Text(20)]),
    ("7241", "7241", &[Digits(2)]),
    ("7242", "7242", &[Text(25)]),
    ("7250", "7250", &[Number(8)]),
    ("7251", "7251", &[Number(12)]),
    ("7252", "7252", &[Number(1)]),
    ("7253", "7254", &[Text(40)]),
    ("7255", "7255", &[Text(10)]),
    ("7256", "7256", &[Text(90)]),
    ("7257", "7257", &[Text(70)]),
    ("7258", "7258", &[Sequence]),
    ("7259", "7259", &[Text(40)]),
    ("8001", "8001", &[Number(14)]),
    ("8002", "8002", &[Text(20)]),
    ("8003", "8003", &[Digits(14), Text(16)]),
    ("8004", "8004", &[Delimited]),
    ("8005", "8005", &[Number(6)]),
    ("8006", "8006", &[Digits(18)]),
    ("8007", "8007", &[Text(24)]),
    ("8008", "8008", &[DatePrecise]),
    ("8009", "8009", &[Text(50)]),
    ("8010", "8010", &[Delimited]),
    ("8011", "8011", &[Numeric(12)]),
    ("8012", "8012", &[Text(20)]),
    ("8013", "8013", &[Text(25)]),
    ("8017", "8018", &[Digits(18)]),
    ("8019", "8019", &[Numeric(10)]),
    ("8020", "8020", &[Text(25)]),
    ("8026", "8026", &[Digits(18)]),
    ("8030", "8030", &[Text(90)]),
    ("8110", "8110", &[Text(70)]),
    ("8111", "8111", &[Number(4)]),
    ("8112", "8112", &[Text(70)]),
    ("8200", "8200", &[Text(70)]),
    ("90", "90", &[Text(30)]),
    ("91", "99", &[Text(90)]),
];

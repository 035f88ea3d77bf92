//! Money goes from text to a count of 1/100000 without losing anything.

use proptest::prelude::*;
use shopee::Amount;

proptest! {
    #[test]
    fn every_amount_survives_its_text(count in any::<i64>()) {
        prop_assert_eq!(Amount::from_hundred_thousandths(&count.to_string()), Some(Amount(count)));
        prop_assert_eq!(Amount::from_units(&Amount(count).to_string()), Some(Amount(count)));
        prop_assert_eq!(Amount::from_units(&format!("{count}e-5")), Some(Amount(count)));
    }

    #[test]
    fn whole_units_are_exact_or_refused(units in any::<i64>()) {
        prop_assert_eq!(Amount::from_units(&units.to_string()), units.checked_mul(100_000).map(Amount));
    }

    #[test]
    fn five_decimals_agree_with_arithmetic(units in 0_i64..90_000_000_000_000, rest in 0_i64..100_000) {
        let expected = units * 100_000 + rest;
        prop_assert_eq!(Amount::from_units(&format!("{units}.{rest:05}")), Some(Amount(expected)));
        prop_assert_eq!(Amount::from_units(&format!("-{units}.{rest:05}")), Some(Amount(-expected)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.eE, ]{0,40}|\\PC{0,20}") {
        let _ = (Amount::from_units(&text), Amount::from_hundred_thousandths(&text));
    }
}

#[test]
fn the_edges_of_the_range() {
    for count in [0, 1, -1, 99_999, i64::MAX, i64::MIN] {
        assert_eq!(Amount::from_units(&Amount(count).to_string()), Some(Amount(count)));
    }
    assert_eq!(Amount::from_units("92233720368547.75808"), None, "one more than the largest");
    assert_eq!(Amount::from_units("92233720368547.758074"), Some(Amount(i64::MAX)));
    assert_eq!(Amount::from_units("92233720368547.758075"), None, "rounded past the largest");
}

#[test]
fn what_is_finer_is_rounded_to_the_nearest() {
    for (text, expected) in [
        ("0.000004", 0),
        ("0.000005", 1),
        ("-0.000005", -1),
        ("0.0000049999999999999999999999999999999999999", 0),
        ("813725.4901960784", 81_372_549_020),
        ("1e-400", 0),
        ("8.3E4", 8_300_000_000),
        ("0e99", 0),
    ] {
        assert_eq!(Amount::from_units(text), Some(Amount(expected)), "{text}");
    }
}

#[test]
fn what_is_no_amount() {
    for text in ["", "-", ".", ".5", "+1", "1,5", "1 000", "0x1", "NaN", "inf", "1e", "1e400", "1e99999999999", "--1"] {
        assert_eq!(Amount::from_units(text), None, "{text}");
    }
    for text in ["0.5", "8300000000.1", "0.01", "1e-3"] {
        assert_eq!(Amount::from_hundred_thousandths(text), None, "{text} is no whole number");
    }
    assert_eq!(Amount::from_hundred_thousandths("8300000000.0"), Some(Amount(8_300_000_000)));
}

#[test]
fn amounts_print_as_units() {
    let printed = [8_300_050_000, -50_000, 1, 0].map(|count| Amount(count).to_string());
    assert_eq!(printed, ["83000.5", "-0.5", "0.00001", "0"]);
}

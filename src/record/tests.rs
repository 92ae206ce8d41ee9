use super::*;

fn canonical(text: &str) -> String {
    String::from_utf8(canonical_bytes(&Json::parse(text.as_bytes()).unwrap())).unwrap()
}

#[test]
fn canonical_bytes_are_pythons() {
    // The right side is what json.dumps(..., sort_keys=True, separators=(",", ":"),
    // ensure_ascii=False) printed.
    for (input, expected) in [
        (r#"{ "b": 1, "a": [ true, null, -3 ] }"#, r#"{"a":[true,null,-3],"b":1}"#),
        (r#"{"é":"\u00e9","z":"\/"}"#, r#"{"z":"/","é":"é"}"#),
        (r#"{"\ud83d\ude00":1,"\uff41":2}"#, r#"{"ａ":2,"😀":1}"#),
        (r#""\u0001\b\f\n\r\t\u007f\"\\""#, "\"\\u0001\\b\\f\\n\\r\\t\u{7f}\\\"\\\\\""),
        (r#"[18446744073709551615]"#, "[18446744073709551615]"),
    ] {
        assert_eq!(canonical(input), expected);
    }
}

#[test]
fn titles_are_hashed_in_canonical_form() {
    assert_eq!(canonical_text("  A\t\n B\u{a0}C $X$ \\\"o  "), "a b c $x$ \\\"o");
}

#[test]
fn a_key_that_stands_twice_is_refused_at_any_depth() {
    let error = Json::parse(br#"{"a":[{"b":1,"c":2,"b":1}]}"#).unwrap_err();
    assert!(error.is_duplicate_key());
    assert!(error.to_string().contains("\"b\" stands twice"), "{error}");
}

#[test]
fn what_is_not_a_record_is_told_apart() {
    let message = |bytes: &[u8]| Record::from_slice(bytes).unwrap_err().to_string();
    assert_eq!(message(b""), "it is empty, not JSON");
    assert_eq!(message(b"<!doctype html>"), "it is HTML or XML, not JSON");
    assert!(message(b"{\"a\":").starts_with("it is not JSON: EOF"));
    assert_eq!(message(b"{}"), "it is JSON, but holds no Pith record (no canonical_record)");
    assert_eq!(message("[".repeat(1000).as_bytes()), "its JSON is nested more than 128 deep");
    assert_eq!(Record::from_slice(&vec![b' '; 20_000_000]), Err(RecordError::TooLarge(20_000_000)));
    let error =
        Record::from_slice(br#"{"canonical_record":{"license":1,"license":2}}"#).unwrap_err();
    assert!(matches!(error, RecordError::Json(error) if error.is_duplicate_key()));
}

#[test]
fn a_record_is_found_one_level_down() {
    let canonical = r#"{"metadata":{},"schema_version":"1.0","source":{}}"#;
    for wrapped in [
        canonical.to_owned(),
        format!(r#"{{"canonical_record":{canonical}}}"#),
        format!(r#"{{"ok":true,"record":{{"canonical_record":{canonical}}}}}"#),
        format!(r#"[{{"canonical_record":{canonical}}}]"#),
    ] {
        let record = Record::find(&Json::parse(wrapped.as_bytes()).unwrap());
        assert!(record.is_some(), "{wrapped}");
    }
    let deep = format!(r#"{{"a":{{"b":{{"canonical_record":{canonical}}}}}}}"#);
    assert_eq!(Record::find(&Json::parse(deep.as_bytes()).unwrap()), None);
}

#[test]
fn schema_differences_are_named() {
    let seed = include_str!("../../tests/records/2403.01164.json");
    let fields = |from: &str, to: &str| {
        let text = seed.replace(from, to);
        assert_ne!(text, seed, "{from}");
        Record::from_slice(text.as_bytes()).unwrap().fields().unwrap_err().to_string()
    };
    for (from, to, message) in [
        (
            r#""cross_cats_sorted":["cs.DC"]"#,
            r#""cross_cats_sorted":["cs.DC","cs.AI"]"#,
            "metadata.cross_cats_sorted should be a list of categories, sorted",
        ),
        (
            r#""id":"2403.01164","kind":"arxiv","version":1"#,
            r#""id":"2403.01164","kind":"arxiv","version":"1""#,
            "source.version should be a whole number from 1",
        ),
        (
            r#""id":"2403.01164","kind":"arxiv""#,
            r#""id":"2403.01164","kind":"doi""#,
            "source.kind should be \"arxiv\"",
        ),
        (
            r#""submitted_at":"2024-03-02T10:37:21Z","cross_cats_sorted""#,
            r#""submitted_at":"2024-03-02","cross_cats_sorted""#,
            "metadata.submitted_at should be a time of the form YYYY-MM-DDTHH:MM:SSZ",
        ),
        (
            r#"},"schema_version":"1.0"},"receipt""#,
            r#"},"schema_version":"9.9"},"receipt""#,
            "schema version 9.9 is not known to this program",
        ),
        (
            r#"},"schema_version":"1.0"},"receipt""#,
            r#"},"schema_version":"1.0","more":1},"receipt""#,
            "\"more\" is not a key of schema version 1.0",
        ),
    ] {
        assert_eq!(fields(from, to), message);
    }
}

#[test]
fn timestamps() {
    let time = |text| Timestamp::parse(text).map(|time| time.to_string());
    assert_eq!(time("2026-07-05T07:51:43.241582Z").unwrap(), "2026-07-05T07:51:43Z");
    assert_eq!(time("2026-07-05T07:51:43+00:00").unwrap(), "2026-07-05T07:51:43Z");
    for wrong in
        ["", "2026-07-05", "2026-07-05T07:51:43", "2026-13-05T07:51:43Z", "2026-07-05T07:51:43.Z"]
    {
        assert_eq!(time(wrong), None, "{wrong}");
    }
    assert!(Timestamp::parse_seconds("2026-07-05T07:51:43.2Z").is_none());
}

#[test]
fn a_key_that_stands_twice_is_found_among_many() {
    for count in [2, 23, 24, 25, 60] {
        let members: Vec<_> = (0..count).map(|n| format!("\"k{n}\":{n}")).collect();
        let object = |more: &str| format!("{{{}{more}}}", members.join(","));
        assert!(Json::parse(object("").as_bytes()).is_ok());
        for twice in [0, count / 2, count - 1] {
            let error = Json::parse(object(&format!(",\"k{twice}\":0")).as_bytes()).unwrap_err();
            assert!(error.is_duplicate_key(), "{error}");
        }
    }
}

#[test]
fn json_with_more_values_than_memory_should_hold_is_refused() {
    let list = |count: usize| format!("[{}0]", "0,".repeat(count));
    assert!(Json::parse(list(150_000).as_bytes()).is_ok());
    let error = Json::parse(list(300_000).as_bytes()).unwrap_err();
    assert!(error.to_string().starts_with("its JSON has more than 200000 values"), "{error}");
}

#[test]
fn ascii_is_canonical_in_the_same_way() {
    for text in ["", " ", "\u{b}\u{c} A\tb\r\n\n C \u{1f}D ", "a", " A", "B ", "$\\\"o$  X"] {
        let words: Vec<_> = text.split_whitespace().collect();
        assert_eq!(canonical_text(text), words.join(" ").to_lowercase(), "{text:?}");
    }
}

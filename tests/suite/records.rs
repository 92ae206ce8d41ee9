//! The real records, for every test that needs one.

pub const HETEGEN: &str = include_str!("../records/2403.01164.json");
pub const HETEGEN_SUFFIX: &str = "WKFOJ2ECV52KUJR3SCIBSQ4GYD";
pub const SURVEY: &str = include_str!("../records/2404.14294.json");
pub const SURVEY_SUFFIX: &str = "7YXM6JRYOH4O5NBMCHKEPDPSW2";
pub const SERVING: &str = include_str!("../records/2606.29708.json");
pub const SERVING_SUFFIX: &str = "MI552NCCD4HBZDJQTKS7H6AWNY";

/// A folder mirror of the three records.
pub fn mirror() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("pith");
    std::fs::create_dir(&records).unwrap();
    for (suffix, text) in
        [(HETEGEN_SUFFIX, HETEGEN), (SURVEY_SUFFIX, SURVEY), (SERVING_SUFFIX, SERVING)]
    {
        std::fs::write(records.join(format!("{suffix}.json")), text).unwrap();
    }
    folder
}

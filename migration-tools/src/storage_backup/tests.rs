use AttributeValue::{N, S};
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;

use super::*;
use crate::engine::item::Item;

fn header() -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        table: "storage".to_owned(),
        region: "eu-west-1".to_owned(),
        time: "2025-11-01T12:00:00Z".to_owned(),
    }
}

fn backup(items: &[Item]) -> Vec<u8> {
    let mut writer = BackupWriter::new(Vec::new(), &header()).unwrap();
    items.iter().for_each(|item| writer.row(item).unwrap());
    let (bytes, rows) = writer.finish().unwrap();
    assert_eq!(rows, items.len() as u64);
    bytes
}

fn read(bytes: &[u8]) -> Result<Vec<Item>, BackupError> {
    let (mut reader, found) = BackupReader::new(bytes)?;
    assert_eq!(found, header());
    let mut all = Vec::new();
    while let Some((line, item)) = reader.row()? {
        all.push(item);
        assert_eq!(line, all.len() as u64 + 1);
    }
    Ok(all)
}

fn item(n: usize) -> Item {
    [("PK".to_owned(), S(format!("ada#{n}"))), ("n".to_owned(), N(n.to_string()))].into()
}

/// The longest text that an item can have, of characters whose escapes are the longest.
#[test]
fn the_largest_rows_come_back() {
    let large = |c: &str| [("PK".to_owned(), S(c.repeat(400 * 1024)))].into();
    let all: Vec<Item> = vec![large("\u{1}"), large("x"), item(1)];
    assert_eq!(read(&backup(&all)).unwrap(), all);
}

#[test]
fn the_format_is_the_documented_one() {
    let text = String::from_utf8(backup(&[item(1)])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..2],
        [
            r#"{"format":"migration-tools table backup","version":1,"table":"storage","region":"eu-west-1","time":"2025-11-01T12:00:00Z"}"#,
            r#"{"PK":{"S":"ada#1"},"n":{"N":"1"}}"#,
        ]
    );
    let footer: Footer = serde_json::from_str(lines[2]).unwrap();
    assert_eq!((footer.rows, footer.sha256.len()), (1, 64));
    // By `head -n 2 backup.jsonl | sha256sum`.
    assert_eq!(footer.sha256, "9bf4f594e2f52e9044ce804f61ec6900c3472e9d31af7ac75da28008b4c7ec2e");
}

#[test]
fn a_file_of_another_kind_or_version_is_told() {
    let text = String::from_utf8(backup(&[item(1)])).unwrap();
    for other in ["", "PK,SK\r\na,b\r\n", "{}\n", "[1]\n", &text.replacen("table backup", "x", 1)] {
        assert!(matches!(read(other.as_bytes()), Err(BackupError::NoBackup)), "{other}");
    }
    let newer = text.replacen("\"version\":1", "\"version\":2", 1);
    assert!(matches!(read(newer.as_bytes()), Err(BackupError::Version(2))));
    let header = text.lines().next().unwrap();
    assert!(matches!(read(format!("{header}\n").as_bytes()), Err(BackupError::Incomplete(1))));
}

#[test]
fn a_missing_row_and_a_doubled_one_are_counted() {
    let text = String::from_utf8(backup(&[item(1), item(2), item(3)])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (kept, rows) in [(vec![0, 1, 3, 4], 2), (vec![0, 1, 2, 2, 3, 4], 4)] {
        let text: String = kept.iter().map(|at| format!("{}\n", lines[*at])).collect();
        match read(text.as_bytes()) {
            Err(BackupError::Count { expected: 3, found, .. }) => assert_eq!(found, rows),
            other => panic!("{other:?}"),
        }
    }
    let swapped: String = [0, 2, 1, 3, 4].map(|at| format!("{}\n", lines[at])).concat();
    assert!(matches!(read(swapped.as_bytes()), Err(BackupError::Checksum(5))));
}

proptest! {
    #[test]
    fn rows_come_back_in_order(count in 0..20_usize) {
        let items: Vec<Item> = (0..count).map(item).collect();
        prop_assert_eq!(read(&backup(&items)).unwrap(), items);
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_refused(cut in any::<prop::sample::Index>(), count in 0..4_usize) {
        let bytes = backup(&(0..count).map(item).collect::<Vec<_>>());
        prop_assert!(read(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn a_byte_that_is_changed_anywhere_is_found(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = backup(&[item(1), item(2)]);
        let start = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        let at = start + at.index(bytes.len() - start);
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert!(read(&bytes).is_err());
    }
}

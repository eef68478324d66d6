//! Files are read with the place of everything in them, or refused with a place and a remedy.

// Helpers of tests stop where a promise is broken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use documents::{MAX_BYTES, Node, Place, ReadError, Value, yaml_comments};
use proptest::prelude::*;

fn read(file: &str, text: &str) -> Result<Node, ReadError> {
    Node::read(file, text.as_bytes())
}

fn refused(file: &str, bytes: &[u8]) -> String {
    Node::read(file, bytes).expect_err("must be refused").to_string()
}

fn at(line: usize, column: usize) -> Place {
    Place { line, column }
}

#[test]
fn json_and_yaml_give_the_same_tree() {
    let json = r#"{"a": [1, "two", null, true], "b": {"c": "1"}}"#;
    let yaml = "a:\n  - 1\n  - two\n  -\n  - true\nb: {c: '1'}\n";
    let (json, yaml) = (read("x.json", json).unwrap(), read("x.yaml", yaml).unwrap());
    fn bare(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => format!("#{text}"),
            Value::Text(text) => format!("'{text}'"),
            Value::List(items) => items.iter().map(|item| bare(item) + ",").collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| format!("{}={};", key.text, bare(value)))
                .collect(),
            Value::Tagged { tag, node } => format!("!{tag} {}", bare(node)),
        }
    }
    assert_eq!(bare(&json), "a=#1,'two',null,true,;b=c='1';;");
    assert_eq!(bare(&json), bare(&yaml));
}

#[test]
fn places_are_lines_and_columns_from_one() {
    let json = read("x.json", "{\n  \"ä\": \"ö\", \"b\": [7]\n}").unwrap();
    assert_eq!(json.entries().unwrap()[1].0.place, at(2, 13));
    assert_eq!(json.get("b").unwrap().items().unwrap()[0].place, at(2, 19));
    let yaml = read("x.yaml", "ä: ö\nb:\n  - 7\n  - !Sub x\n").unwrap();
    assert_eq!(yaml.entries().unwrap()[1].0.place, at(2, 1));
    let items = yaml.get("b").unwrap().items().unwrap();
    assert_eq!((items[0].place, items[1].place.line), (at(3, 5), 4));
}

#[test]
fn tags_of_cloudformation_are_kept() {
    let yaml = read("t.yml", "a: !GetAtt Files.Arn\nb: !Join\n  - ''\n  - [x, !Ref Y]\n").unwrap();
    let Value::Tagged { tag, node } = &yaml.get("a").unwrap().value else { panic!("no tag") };
    assert_eq!((tag.as_str(), node.text()), ("GetAtt", Some("Files.Arn")));
    let Value::Tagged { tag, node } = &yaml.get("b").unwrap().value else { panic!("no tag") };
    assert_eq!(tag, "Join");
    let Value::Tagged { tag, .. } = &node.items().unwrap()[1].items().unwrap()[1].value else {
        panic!("no tag inside")
    };
    assert_eq!(tag, "Ref");
}

#[test]
fn numbers_and_versions_stay_as_written() {
    let yaml = read("t.yml", "v: 2012-10-17\naccount: 012345678901\nx: 1.50\nno: 1.2.3\n").unwrap();
    assert_eq!(yaml.get("v").unwrap().text(), Some("2012-10-17"));
    assert_eq!(yaml.get("account").unwrap().value, Value::Number("012345678901".into()));
    assert_eq!(yaml.get("x").unwrap().value, Value::Number("1.50".into()));
    assert_eq!(yaml.get("no").unwrap().text(), Some("1.2.3"));
}

#[test]
fn aliases_and_merges_unfold_and_own_keys_win() {
    let text =
        "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nx:\n  b: 9\n  <<: [*base, *more]\n";
    let yaml = read("t.yml", text).unwrap();
    let number = |key: &str| match &yaml.at(&["x", key]).unwrap().value {
        Value::Number(text) => text.clone(),
        _ => panic!("no number"),
    };
    assert_eq!([number("a"), number("b"), number("c")], ["1", "9", "4"]);
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        let nine = [below.as_str(); 9].join(", ");
        text += &format!("a{level}: &a{level} [{nine}]\n");
    }
    assert!(refused("bomb.yml", text.as_bytes()).contains("unfolds to more than 200000 values"));
    let big = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 1000].join(", "));
    assert!(refused("bomb.yml", big.as_bytes()).contains("unfolds to more than"));
    assert!(refused("own.yml", b"a: &a [*a]").contains("1:8: this alias stands inside"));
}

#[test]
fn deep_nesting_is_refused_in_both() {
    for depth in [200, 600, 20_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        assert!(refused("x.json", text.as_bytes()).contains("128 levels"));
        let yaml = refused("x.yml", text.as_bytes());
        assert!(yaml.contains("128 levels"), "{yaml}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_a_place() {
    for (file, bytes, expected) in [
        ("x.json", &b""[..], "x.json:1:1: the file holds no value"),
        ("x.yml", b"# only a comment\n", "x.yml:1:1: the file holds no value"),
        ("x.yml", b" \n\t\n", "x.yml:1:1: the file holds no value"),
        (
            "x.json",
            b"{\"a\": 1,\n \"a\": 2}",
            "x.json:2:2: the key `a` stands twice in one map, first at 1:2",
        ),
        (
            "x.yml",
            b"a: 1\nb: 2\na: 3\n",
            "x.yml:3:1: the key `a` stands twice in one map, first at 1:1",
        ),
        ("x.json", b"{\"a\": [1, 2", "x.json:1:7: this is no JSON: Unterminated array"),
        ("x.json", b"{\"a\": 1,}", "this is no JSON: Trailing commas are not allowed"),
        ("x.json", b"// hello\n{}", "x.json:1:1: this is no JSON: Comments"),
        ("x.json", b"{} {}", "this is no JSON: Text cannot contain more than one"),
        ("x.yml", b"a: 1\n---\nb: 2\n", "x.yml:2:1: a second document"),
        ("x.yml", b"a: [1\nb: 2", "this is no YAML"),
        ("x.yml", b"a: b\n\tc: d", "this is no YAML"),
        (
            "x.json",
            b"{\"a\":\n \"\xff\"}",
            "x.json:2:3: the bytes here are no UTF-8; save it as UTF-8",
        ),
        ("x.json", b"\xff\xfe{\0", "byte order mark of UTF-16; save it as UTF-8"),
        ("x.zip", b"PK\x03\x04\0\0", "x.zip:1:5: the file is binary"),
    ] {
        let error = refused(file, bytes);
        assert!(error.contains(expected), "{error}\nshould contain {expected}");
        assert!(error.contains("; "), "no remedy: {error}");
    }
    let large = vec![b' '; MAX_BYTES + 1];
    assert!(refused("x.json", &large).contains("more than 8388608"));
}

#[test]
fn a_utf8_byte_order_mark_is_skipped() {
    let node = Node::read("x.json", b"\xef\xbb\xbf{\"a\": 1}").unwrap();
    assert_eq!(node.entries().unwrap()[0].0.place, at(1, 2));
    assert!(Node::read("x.yml", b"\xef\xbb\xbfa: 1").unwrap().get("a").is_some());
}

#[test]
fn the_content_decides_where_the_name_does_not() {
    assert!(read("template", "{\"a\": 1}").is_ok());
    assert!(read("template", "a: 1").is_ok());
    assert!(read("policy.JSON", "a: 1").is_err());
}

#[test]
fn debug_shows_no_content() {
    let node = read("x.yml", "password: hunter2").unwrap();
    assert!(!format!("{node:?} {:?}", node.get("password")).contains("hunter2"));
}

#[test]
fn a_comment_is_a_line_of_its_own_outside_of_texts() {
    let text = "# one\na: 1 # behind a value\n  # two\nb: |\n  # text\n\n  # text\n# three\n\
                c: \"\n  # text\n  \"\n#\nd: plain\n  text\n  # four\ne: >-\n  # text\n";
    let comments = yaml_comments("x.yml", text.as_bytes()).unwrap();
    let found: Vec<_> = comments.iter().map(|one| (one.line, one.text.as_str())).collect();
    assert_eq!(found, [(1, "one"), (3, "two"), (8, "three"), (12, ""), (15, "four")]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for file in ["x.json", "x.yml", "x"] {
            let _: Result<_, _> = Node::read(file, &bytes);
        }
    }

    #[test]
    fn any_syntax_is_read_or_refused(text in r#"[\[\]{}:,"'a1 \n\-!&*<>|#?%@`~.]{0,80}"#) {
        for file in ["x.json", "x.yml"] {
            let _: Result<_, _> = Node::read(file, text.as_bytes());
        }
    }
}

//! Names: of variables, of the fields and types made from them.

/// Names that Lambda sets itself and does not let a function set:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>, "Reserved environment
/// variables".
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// Words that cannot be field names as they are. Edition 2024 and the words reserved for later.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that cannot even be raw identifiers.
const NEVER_RAW: &[&str] = &["crate", "self", "super"];

/// Whether Lambda reserves the name.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Whether the name is `[A-Z_][A-Z0-9_]*`.
pub(crate) fn is_variable(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase() || letter == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A name of the required form that resembles `text`: `filesTable` -> `FILES_TABLE`.
pub(crate) fn as_variable(text: &str) -> String {
    let mut out = String::new();
    let mut small_before = false;
    for letter in text.trim().chars() {
        if letter.is_ascii_uppercase() && small_before {
            out.push('_');
        }
        small_before = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        out.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    if !out.starts_with(|letter: char| letter.is_ascii_uppercase() || letter == '_') {
        out.insert(0, '_');
    }
    out
}

/// The name of a variable's field, without `r#`: lower-cased, inner runs of `_` as one, since the
/// compiler's naming lint wants that.
pub(crate) fn field(variable: &str) -> String {
    let lower = variable.to_ascii_lowercase();
    let inner = lower.trim_matches('_');
    if inner.is_empty() {
        return if lower == "_" { "underscore".to_owned() } else { lower };
    }
    let leading = lower.len() - lower.trim_start_matches('_').len();
    let trailing = lower.len() - lower.trim_end_matches('_').len();
    let words: Vec<&str> = inner.split('_').filter(|word| !word.is_empty()).collect();
    let name = format!("{}{}{}", "_".repeat(leading), words.join("_"), "_".repeat(trailing));
    if NEVER_RAW.contains(&&*name) { name + "_" } else { name }
}

/// Whether a field of this name is written `r#name`.
pub(crate) fn is_raw(field: &str) -> bool {
    KEYWORDS.contains(&field)
}

/// `get_file` -> `GetFile`.
pub(crate) fn pascal_case(function: &str) -> String {
    function
        .trim_start_matches("r#")
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case_names() {
        for (variable, expected) in [
            ("FILES_DYNAMO_TABLE", "files_dynamo_table"),
            ("FILES__TABLE", "files_table"),
            ("_FILES_", "_files_"),
            ("__FILES", "__files"),
            ("_", "underscore"),
            ("__", "__"),
            ("TYPE", "type"),
            ("SELF", "self_"),
            ("CRATE", "crate_"),
            ("S3_BUCKET_2", "s3_bucket_2"),
        ] {
            assert_eq!(field(variable), expected);
        }
        assert!(is_raw("type") && !is_raw("self_"));
    }

    #[test]
    fn names_of_variables_are_recognised_and_proposed() {
        for good in ["A", "_", "FILES_TABLE", "_X1"] {
            assert!(is_variable(good), "{good}");
        }
        for (bad, proposed) in [
            ("", "_"),
            ("filesTable", "FILES_TABLE"),
            ("files-table", "FILES_TABLE"),
            ("1st", "_1ST"),
            ("Größe", "GR__E"),
        ] {
            assert!(!is_variable(bad), "{bad}");
            assert_eq!(as_variable(bad), proposed);
            assert!(is_variable(&as_variable(bad)), "{bad}");
        }
    }

    #[test]
    fn functions_are_named_in_pascal_case() {
        for (function, expected) in [
            ("get_file", "GetFile"),
            ("get__file_2", "GetFile2"),
            ("r#try", "Try"),
            ("main", "Main"),
        ] {
            assert_eq!(pascal_case(function), expected);
        }
    }
}

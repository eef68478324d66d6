//! Names of objects that no application should give, and S3 takes.

/// The end of the name of the `n`th thing that is listed by its owner's prefix.
pub(crate) fn odd(n: usize, unique: &str) -> String {
    let printable: String = (' '..='~').collect();
    let control: String = ('\u{1}'..='\u{1f}').chain(['\u{7f}', '\u{85}', '\u{a0}']).collect();
    match n % 12 {
        0 => format!("msg_{unique}-file-b2-FN-plot.csv"),
        1 => format!("{unique} a+b%20c%2F%%&=?#é 日\u{1F980}"),
        2 => format!("{unique}{printable}"),
        3 => format!("{unique}{control}"),
        4 => String::new(),
        5 => format!("{unique}//double/"),
        6 => format!("./{unique}/../x"),
        7 => format!("{unique}\u{2028}\u{fffd}\u{feff}e\u{301}"),
        8 => format!("<a>&amp;{unique}&#13;\r\n</a>"),
        9 => format!("+{unique}+"),
        10 => format!(" {unique} "),
        _ => format!("{unique}{}", "long".repeat(150)),
    }
}

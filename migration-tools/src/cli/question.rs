//! What the operator has to agree to.

use std::io::{self, BufRead, IsTerminal, Write};

use super::end::Failed;

/// Asks, where somebody can be asked: `yes` or `y` is yes, everything else is no. The question is on
/// standard error, so that standard output stays the document's.
///
/// # Errors
///
/// Without a terminal; `instead` is the flag that answers the question.
pub(super) fn agrees(question: &str, instead: &'static str) -> Result<bool, Failed> {
    let answer = ask(question, instead)?.to_lowercase();
    Ok(answer == "yes" || answer == "y")
}

/// Asks for a word that nobody types by accident.
///
/// # Errors
///
/// Without a terminal; `instead` is the flag that answers the question.
pub(super) fn types(question: &str, word: &str, instead: &'static str) -> Result<bool, Failed> {
    Ok(ask(question, instead)? == word)
}

fn ask(question: &str, instead: &'static str) -> Result<String, Failed> {
    let input = io::stdin();
    if !input.is_terminal() {
        return Err(Failed::NobodyToAsk(instead));
    }
    let mut out = io::stderr().lock();
    let _ = write!(out, "{question} ").and_then(|()| out.flush());
    let mut answer = String::new();
    match input.lock().read_line(&mut answer) {
        Ok(1..) => Ok(answer.trim().to_owned()),
        _ => Err(Failed::NobodyToAsk(instead)),
    }
}

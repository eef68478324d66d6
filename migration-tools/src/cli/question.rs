//! Questions to the operator, and what it means where there is nobody to ask.

use std::io::{self, BufRead, IsTerminal, Write};

use super::console::Console;
use super::end::End;

/// Asks a question that `yes` and `y` answer. `flag` is what answers it beforehand.
///
/// # Errors
///
/// [`End::Declined`] for any other answer, and where standard input is no terminal; both were said.
pub(super) async fn yes(console: &Console, question: &str, flag: &str) -> Result<(), End> {
    ask(console, &format!("{question} (yes/no)"), flag, is_yes).await
}

/// Asks for one word, exactly.
///
/// # Errors
///
/// As [`yes`].
pub(super) async fn word(
    console: &Console,
    question: &str,
    word: &'static str,
    flag: &str,
) -> Result<(), End> {
    ask(console, question, flag, move |answer| answer.trim() == word).await
}

async fn ask(
    console: &Console,
    question: &str,
    flag: &str,
    agrees: impl Fn(&str) -> bool,
) -> Result<(), End> {
    if !io::stdin().is_terminal() {
        console.problem(&format!(
            "error: standard input is no terminal, so nobody can be asked; {flag} answers beforehand. Nothing was changed."
        ));
        return Err(End::Declined);
    }
    // On standard error, which is there for people in either format.
    eprint!("{question} ");
    let _ = io::stderr().flush();
    // Others go on while the operator thinks.
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    match answer.await {
        Ok(Ok(line)) if agrees(&line) => Ok(()),
        _ => {
            console.problem("Not confirmed; nothing was changed.");
            Err(End::Declined)
        }
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "yes" | "y")
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_yes_is_yes() {
        assert!(["yes", "y", " YES\n", "Y\r\n"].into_iter().all(is_yes));
        assert!(!["", "\n", "no", "yes please", "ja", "ye"].into_iter().any(is_yes));
    }
}

//! `muniment retention forecast`: how many records become eligible in which year, as a table and a chart.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::app::App;
use crate::cli::exit::{CommandError, Ended, error};
use crate::cli::output::Output;
use crate::retention::{Forecast, NOT_LEGAL_ADVICE};

/// Longest bar, in characters.
const BAR: u64 = 50;
/// Most years of a forecast.
const MOST_YEARS: i16 = 200;

/// How far to look.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Last year
    #[arg(long, value_name = "YEAR")]
    until: i16,
    /// Rehearses another day
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
}

/// Counts.
pub async fn run(args: &Args, app: &App, output: Output) -> Result<Ended, CommandError> {
    let from = app.today(args.as_of).date.year();
    if !(from..from.saturating_add(MOST_YEARS)).contains(&args.until) {
        return Err(error(format!("--until is a year from {from}, at most {MOST_YEARS} years ahead")));
    }
    let forecast = app.forecast(args.until, args.as_of).await?;
    output.value(&forecast, describe);
    Ok(Ended::Well)
}

/// Draws the table with its bars.
fn describe(forecast: &Forecast) -> String {
    let largest = forecast.years.iter().map(|year| year.records).chain([forecast.later]).max().unwrap_or(0).max(1);
    let row = |name: &str, records: u64| {
        // Every year with a record has at least a short bar.
        let length = records.saturating_mul(BAR).div_ceil(largest);
        let bar = "█".repeat(usize::try_from(length).unwrap_or(0));
        format!("{name:<12} {records:>9}  {bar}").trim_end().to_owned()
    };
    let mut text = String::from("Eligible for destruction, under the policy as it binds\n");
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{:<12} {:>9}", "now", forecast.eligible_now);
    for year in &forecast.years {
        let _ = writeln!(text, "{}", row(&year.year.to_string(), year.records));
    }
    let _ = writeln!(text, "{}", row("later", forecast.later));
    let _ = writeln!(text, "{:<12} {:>9}", "no end known", forecast.indefinite);
    let _ = writeln!(text, "Of these, {} are held and {} need a review first.", forecast.held, forecast.doubtful);
    text.push_str(NOT_LEGAL_ADVICE);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::YearCount;

    #[test]
    fn bars_are_in_proportion_and_none_is_lost() {
        let years = vec![
            YearCount { year: 2031, records: 1000 },
            YearCount { year: 2032, records: 1 },
            YearCount { year: 2033, records: 0 },
        ];
        let text = describe(&Forecast { years, later: 500, ..Forecast::default() });
        let bars: Vec<usize> =
            text.lines().skip(2).take(4).map(|line| line.chars().filter(|letter| *letter == '█').count()).collect();
        assert_eq!(bars, [50, 1, 0, 25]);
    }
}

//! External programs, held to the same terms.

use super::*;

#[tokio::test]
async fn a_contained_program_reads_its_input_and_is_captured() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"from the chart").unwrap();
    file.rewind().unwrap();
    let program = Program { input: ProgramInput::File(file.into()), ..program("cat", &[]) };
    assert_eq!(program.run().await.unwrap().stdout, b"from the chart");
}

#[tokio::test]
async fn a_contained_program_cannot_touch_files_network_or_processes() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "x").unwrap();
    let secret = secret.to_str().unwrap();
    let escaped = folder.path().join("escaped");
    for (name, args) in [
        ("touch", vec![escaped.to_str().unwrap()]),
        ("rm", vec!["-f", secret]),
        ("bash", vec!["-c", "exec 3<>/dev/tcp/127.0.0.1/9"]),
        ("bash", vec!["-c", "kill -0 $PPID"]),
        ("bash", vec!["-c", "/bin/true & wait $!"]),
    ] {
        let error = program(name, &args).run().await.unwrap_err();
        assert!(matches!(error, ProgramError::Failed { .. }), "{name} {args:?}: {error}");
    }
    assert!(Path::new(secret).exists() && !escaped.exists());
    if orderly().await.containment().landlock_abi.is_none() {
        eprintln!("not run: reading files by name is held by Landlock, which this kernel does not have");
        return;
    }
    assert!(matches!(program("cat", &[secret]).run().await, Err(ProgramError::Failed { .. })));
    let readable = vec![folder.path().to_owned()];
    assert_eq!(Program { readable, ..program("cat", &[secret]) }.run().await.unwrap().stdout, b"x");
}

#[tokio::test]
async fn a_contained_program_is_held_to_its_deadline_output_and_existence() {
    let began = Instant::now();
    let late = Program { deadline: Duration::from_millis(300), ..program("sleep", &["60"]) }.run().await.unwrap_err();
    assert!(matches!(late, ProgramError::Deadline { .. }) && began.elapsed() < Duration::from_secs(5), "{late}");
    let output = ProgramOutput::Captured { max_bytes: 1000 };
    let long = Program { output, ..program("yes", &[]) }.run().await.unwrap_err();
    assert!(matches!(long, ProgramError::OutputLimit { limit: 1000, .. }), "{long}");
    let absent = program("no-such-program", &[]).run().await.unwrap_err();
    assert!(matches!(absent, ProgramError::Missing(_)), "{absent}");
    let failed = program("false", &[]).run().await.unwrap_err();
    assert!(matches!(failed, ProgramError::Failed { ending: Ending::Exit(1), .. }), "{failed}");
}

#[tokio::test]
async fn a_contained_program_writes_into_the_file_handed_to_it_up_to_its_limit() {
    let mut file = tempfile::tempfile().unwrap();
    let output = ProgramOutput::File(file.try_clone().unwrap().into());
    Program { output, ..program("echo", &["page"]) }.run().await.unwrap();
    file.rewind().unwrap();
    assert_eq!(std::io::read_to_string(&file).unwrap(), "page\n");
    let output = ProgramOutput::File(file.try_clone().unwrap().into());
    let limits = Limits { file_bytes: 10_000, ..Limits::default() };
    let error = Program { output, limits, ..program("yes", &[]) }.run().await.unwrap_err();
    assert!(matches!(error, ProgramError::Failed { .. }), "{error}");
    assert!(file.metadata().unwrap().len() <= 10_000);
}

fn program(name: &str, args: &[&str]) -> Program {
    Program {
        launcher: OWN.into(),
        launcher_args: vec!["child".into(), "exec".into()],
        program: name.into(),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        readable: Vec::new(),
        input: ProgramInput::Nothing,
        output: ProgramOutput::Captured { max_bytes: 1 << 20 },
        limits: Limits::default(),
        deadline: PATIENT,
    }
}

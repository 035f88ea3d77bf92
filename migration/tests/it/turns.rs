//! Three processes at once on an empty database: one does the work, the others find it done.

use std::{
    env,
    io::{Write, stdin, stdout},
    process::Stdio,
};

use migration::{Migrator, migrate, pending};
use sea_orm_migration::MigratorTrait;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use testing::{DEADLINE, Database, on_both};

const URL: &str = "MIGRATION_TEST_DATABASE_URL";

on_both!(three_processes_come_up);

async fn three_processes_come_up(database: Database) {
    let mut processes = Vec::new();
    for _ in 0..3 {
        processes.push(start(&database.url));
    }
    // All are running before any may go, so that they meet.
    for (_, lines) in &mut processes {
        assert_eq!(after(lines, "standing by").await, "");
    }
    for (process, _) in &mut processes {
        process.stdin.take().unwrap().write_all(b"go\n").await.unwrap();
    }
    let mut applied = Vec::new();
    for (process, lines) in &mut processes {
        applied.push(after(lines, "applied ").await.parse::<usize>().unwrap());
        assert!(timeout(DEADLINE, process.wait()).await.unwrap().unwrap().success());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, Migrator::migrations().len()]);
    assert_eq!(pending(&database.connect().await).await.unwrap(), 0);
}

fn start(url: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "turns::one_process", "--ignored", "--nocapture"])
        .env(URL, url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    (process, lines)
}

/// What follows `mark` on the first line that has it; the test harness writes lines of its own, and before ours on
/// the same line.
async fn after(lines: &mut Lines<BufReader<ChildStdout>>, mark: &str) -> String {
    let search = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, rest)) = line.split_once(mark) {
                return rest.to_owned();
            }
        }
        panic!("the process ended without `{mark}`");
    };
    timeout(DEADLINE, search).await.expect("a process is stuck")
}

#[tokio::test]
#[ignore = "one of the processes of `three_processes_come_up`"]
async fn one_process() {
    let url = env::var(URL).expect("only `three_processes_come_up` may start this");
    writeln!(stdout(), "standing by").unwrap();
    stdin().read_line(&mut String::new()).unwrap();
    writeln!(stdout(), "applied {}", migrate(&url).await.unwrap().len()).unwrap();
}

//! A program: counts the words of the files in `in`, and writes `out/words.txt`, both below the directory that it was
//! given; one line for each word, most frequent first. All that it does to the world goes through `wasi:filesystem`
//! and the standard output.

use wasip2::filesystem::types::{Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags};

struct Program;

wasip2::cli::command::export!(Program);

impl wasip2::exports::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let Some((directory, _)) = wasip2::filesystem::preopens::get_directories().into_iter().next() else {
            say("no directory was given\n");
            return Err(());
        };
        count_files(&directory).map_err(|error| say(&format!("{error:?}\n")))
    }
}

fn count_files(directory: &Descriptor) -> Result<(), ErrorCode> {
    let inputs = open(directory, "in", OpenFlags::DIRECTORY, DescriptorFlags::READ)?;
    let entries = inputs.read_directory()?;
    let mut counts = ranking::Counts::new();
    let mut files = 0;
    while let Some(entry) = entries.read_directory_entry()? {
        if entry.type_ == DescriptorType::RegularFile {
            ranking::count(&read(&inputs, &entry.name)?, &mut counts);
            files += 1;
        }
    }
    let words = counts.len();
    let lines: String = ranking::ranked(counts).iter().map(|(word, times)| format!("{times} {word}\n")).collect();
    let create = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let output = open(directory, "out/words.txt", create, DescriptorFlags::WRITE)?;
    output.write(lines.as_bytes(), 0)?;
    say(&format!("{files} files, {words} words\n"));
    Ok(())
}

fn open(at: &Descriptor, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
    at.open_at(PathFlags::empty(), path, open, flags)
}

fn read(directory: &Descriptor, name: &str) -> Result<String, ErrorCode> {
    let file = open(directory, name, OpenFlags::empty(), DescriptorFlags::READ)?;
    let mut bytes = Vec::new();
    loop {
        let (chunk, is_end) = file.read(4096, bytes.len() as u64)?;
        bytes.extend_from_slice(&chunk);
        if is_end {
            return String::from_utf8(bytes).map_err(|_| ErrorCode::IllegalByteSequence);
        }
    }
}

fn say(text: &str) {
    // Whoever closed the stream does not want to hear it.
    let _ = wasip2::cli::stdout::get_stdout().blocking_write_and_flush(text.as_bytes());
}

import Engine

Program.run(CommandLine.arguments, parts: .standard)

import Glibc
import Peers

exit(Demonstration.run(arguments: CommandLine.arguments))

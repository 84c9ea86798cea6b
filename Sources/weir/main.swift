import ProcessControl
import System

OwnProcess.exit(Program.main(OwnProcess.arguments))

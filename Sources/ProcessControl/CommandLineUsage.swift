extension CommandLineOptions {
  /// The reminder that is shown when the command line cannot be followed.
  public static func usage(program: String) -> String {
    """
    Usage : \(program) [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
            [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
            -v shows the version ; -vv shows how the program was built.
            -f reads a configuration file, or the *.cfg files of a folder ; -- : only files follow.
            -c checks the configuration and exits.
            -cc evaluates a condition and exits.
            -V verbose ; -q quiet : no messages while starting.
            -D runs in the background ; -db stays in the foreground.
            -d debug mode : foreground, and messages about traffic.
            -W master-worker mode ; -Ws the same, with readiness notification.
            -S <addr>[,<bind options>] opens the master's control socket.
            -C changes to <dir> before the files are read.
            -p writes the process number to this file.
            -L sets the name of the local peer (default : the host name).
            -n sets the maximum total number of connections.
            -N sets the default maximum number of connections of a proxy.
            -m limits memory (in MB).
            -de, -dp, -dS, -dG, -dR do without epoll, poll, splice, getaddrinfo, SO_REUSEPORT.
            -dM[<byte>,help,...] fills new buffers with <byte> (default : 0x50) ; more by words.
            -dL lists the program's libraries once the configuration is read.
            -dK<class>[,<class>]* lists the known keywords (help : the classes).
            -dr goes on where a server's address cannot be resolved.
            -dV does not verify servers' certificates.
            -dW refuses to start after a warning.
            -dD diagnostic mode : warns of suspicious settings.
            --explain shows the line of each message, and what to write instead ; --json one object a message.
            -sf/-st <pid>* finishes/terminates older processes once ready.
            -x <unix_socket> takes the listening sockets from a running process.


    """
  }
}

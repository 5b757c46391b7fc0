/// What `-h`, no arguments and unknown flags print on standard error, behind the version lines.
public enum UsageText {
  /// - Parameter programName: the base name of argv[0].
  public static func text(programName: String) -> String {
    """
    Usage : \(programName) [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
            [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
            -v    shows the version ; -vv shows what this build can do as well
            -vq/-vqs/-vqb  only the version of HAProxy it stands in for, or its branch
            -f    reads a file, or the *.cfg files of a folder ; may be repeated
            -c    checks the configuration and exits
            -cc   evaluates a condition and exits with 0 when it is true, 1 when it is not
            -C    changes to this folder before anything is read
            -D    runs in the background ; -db stays in the foreground
            -d    debug mode: stays in the foreground and keeps talking
            -V    talks more ; -q does not talk at all
            -n    most connections of the process (see 'maxconn')
            -N    most connections of a proxy that does not set its own
            -m    most megabytes of data memory
            -L    name of the local peer (default: the host name)
            -p    file for the process number
            -sf [pid]*  replaces these processes, which finish their sessions first
            -st [pid]*  replaces these processes, which end at once
            -4    resolvers look for IPv4 addresses only
            -dD   warns about suspicious statements as well
            -dI   permits insecure forks
            -dK<class[,class]*>  prints the known keywords ; -dKhelp prints the classes
            -dM[byte]  fills memory with a byte when it is allocated and freed
            -dR   no SO_REUSEPORT
            -dS   no splice()
            -dV   does not verify the certificates of servers
            -dW   fails when there is any warning
            -de   no epoll ; -dp no poll()
            -dr   does not fail when a server's name cannot be resolved


    """
  }
}

import Basics
import ConfigurationLanguage
import Glibc
import Testing

@testable import Engine

@Suite struct BootStepTests {
  private func server(_ methods: [InitAddress.Method]?) -> ServerConfiguration {
    var initAddress = InitAddress()
    if let methods { initAddress.methods = methods }
    return ServerConfiguration(
      name: "s", id: 1, host: .name("there.invalid", initAddress), port: .fixed(80),
      location: SourceLocation(file: "f.cfg", line: 8))
  }

  private func resolve(
    _ methods: [InitAddress.Method]?, isFailureIgnored: Bool = false, address: IPAddress? = nil
  ) -> ServerNames.Resolution {
    ServerNames(isFailureIgnored: isFailureIgnored, lookUp: { _ in address })
      .resolve(server(methods))
  }

  @Test func initAddressMethodsAreTriedInOrder() {
    let one = IPAddress(v4: 1)
    let two = IPAddress(v4: 2)
    #expect(resolve(nil, address: one) == .init(address: one))
    #expect(
      resolve(nil)
        == .init(isFatal: true, text: "could not resolve address 'there.invalid'."))
    #expect(
      resolve([.last])
        == .init(isFatal: true, text: "no method found to resolve address 'there.invalid'."))
    #expect(resolve([.none]) == .init(isDisabled: true))
    #expect(
      resolve([.libc, .none])
        == .init(
          isDisabled: true, text: "could not resolve address 'there.invalid', disabling server."))
    #expect(resolve([.ip(two), .libc], address: one) == .init(address: two))
    #expect(
      resolve([.libc, .ip(two)])
        == .init(
          address: two,
          text: "could not resolve address 'there.invalid', falling back to configured address."))
    #expect(resolve(nil, isFailureIgnored: true).isDisabled)
  }

  @Test func knowsTheNamesOfThisMachine() {
    #expect(ServerNames.lookUp("127.0.0.1") == IPAddress(v4: 0x7f00_0001))
    #expect(ServerNames.lookUp("::1") == IPAddress(v6: 0, 1))
    #expect(Account.userID(named: "root") == 0)
    #expect(Account.groupID(named: "no such group") == nil)
    #expect(Machine.cpuCount >= 1)
    #expect(Machine.system.hasPrefix("Linux "))
    #expect(Machine.environment["PATH"] != nil)
  }

  @Test func foldersGiveTheirVisibleConfigurationFilesInByteOrder() throws {
    let folder = "/tmp/sluice-test-\(getpid())"
    mkdir(folder, 0o700)
    mkdir(folder + "/d.cfg", 0o700)
    let names = ["b.cfg", "a.cfg", "B.cfg", ".c.cfg", "e.txt", "f.cfg.bak"]
    for name in names {
      let descriptor = open("\(folder)/\(name)", O_CREAT | O_WRONLY, 0o600)
      _ = write(descriptor, name, name.utf8.count)
      close(descriptor)
    }
    let sources = try ConfigurationSource.load([folder])
    #expect(sources.map(\.name) == ["B.cfg", "a.cfg", "b.cfg"].map { "\(folder)/\($0)" })
    #expect(sources.first?.bytes == Array("B.cfg".utf8))
    for name in names { unlink("\(folder)/\(name)") }
    rmdir(folder + "/d.cfg")
    rmdir(folder)
    #expect(throws: ConfigurationSource.Failure.self) { try ConfigurationSource.load([folder]) }
  }

  @Test func missingFilesAreReportedInHaproxysWords() {
    do {
      _ = try ConfigurationSource.load(["/nonexistent.cfg"])
      Issue.record("it was read")
    } catch {
      #expect(
        error.text
          == "config : Cannot open configuration file/directory /nonexistent.cfg : "
          + "No such file or directory")
    }
  }
}

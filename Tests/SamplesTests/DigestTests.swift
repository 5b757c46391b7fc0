import Testing

@testable import Samples

@Suite struct DigestTests {
  /// The digest of the digests of 0, 1, 2, … 260 bytes that count up, one behind the other, as OpenSSL
  /// gives them: every way in which the padding can fall into the last block of each algorithm.
  @Test(arguments: [
    (DigestAlgorithm.md5, "917aa9eb3c5503ede3c7fbf37749c51e"),
    (.sha1, "57d7fea532c9b15118a920d62b0f88a9b297f2fc"),
    (.sha224, "4a84d187072fea0e929b55e594579ca838526193883fe542aa384ed9"),
    (.sha256, "b462003d0a60fe61db68b56c40eec21e993531dd139094e48ded151822bfadf9"),
    (
      .sha384,
      "f9d6df1d872ef4e7e2d16e0757021afcd81361d3cacf074f9e07527e6e6e12b3"
        + "917babb6ab7bd3e942bbcc97295a47f0"
    ),
    (
      .sha512,
      "0956c25aa2cba477972641067ef9118e2d1faca127309d5283c7b954faf6d75e"
        + "6ae9a6545d0c6a6c9b824b0ce9ccc1a37313c06ad19d7ff430b8c01b27fd9a05"
    ),
  ])
  func areRightForEveryLength(algorithm: DigestAlgorithm, expected: String) {
    let digests = (0...260).flatMap { length in
      algorithm.digest((0..<length).map { UInt8(truncatingIfNeeded: $0) })
    }
    let hex = algorithm.digest(digests).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    #expect(hex.joined() == expected)
  }
}

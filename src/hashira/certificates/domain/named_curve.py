"""Elliptic curves that states sign on, recognised also where a key spells its curve out (楕円曲線).

Doc 9303 Part 12 §4.4 asks CSCAs to write the parameters of their curve explicitly. Parameters that
somebody else wrote must not be computed with: a curve with a generator of their choice lets them sign
for a public key that is not theirs (CVE-2020-0601). So explicit parameters are compared, every one, with
the curves known here, and the key is then read on the known curve.

Sources: SEC 2 v2 §2.4-2.6 (P-256, P-384, P-521), RFC 5639 §3.4, §3.6, §3.7 (brainpool); RFC 3279 §2.3.5
(how parameters are written).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hashira.certificates.domain import ecdsa_signature
from hashira.kernel.value import value


class UnknownCurve(ValueError):
    """The key is on no curve known here, or its parameters are not those of the curve."""


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """A curve over a prime field: y² = x³ + ax + b mod p, base point G of order n, cofactor 1."""

    curve: ec.EllipticCurve
    octets: int
    """Octets of a coordinate, and of each half of a signature."""
    p: int
    a: int
    b: int
    x: int
    y: int
    n: int


def _curve(curve: ec.EllipticCurve, *parameters: str) -> NamedCurve:
    p, a, b, x, y, n = (int(parameter, 16) for parameter in parameters)
    return NamedCurve(curve, (p.bit_length() + 7) // 8, p, a, b, x, y, n)


CURVES: tuple[NamedCurve, ...] = (
    _curve(
        ec.SECP256R1(),
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    ),
    _curve(
        ec.SECP384R1(),
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ),
    _curve(
        ec.SECP521R1(),
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc",
        "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e1"
        "56193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
        "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba"
        "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
        "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e66"
        "2c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    ),
    _curve(
        ec.BrainpoolP256R1(),
        "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
        "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
        "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
        "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
        "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
        "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
    ),
    _curve(
        ec.BrainpoolP384R1(),
        "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
        "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
        "04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
        "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e",
        "8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
        "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
    ),
    _curve(
        ec.BrainpoolP512R1(),
        "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330871"
        "7d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
        "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc"
        "2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
        "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a7"
        "2bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
        "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098e"
        "ff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822",
        "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111"
        "b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
        "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870"
        "553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
    ),
)

_BY_NAME = {known.curve.name: known for known in CURVES}


@value
class CurveKey:
    """A public key on one of the curves."""

    key: ec.EllipticCurvePublicKey
    half: int
    """Octets of R and of S in a signature."""

    @classmethod
    def of(cls, key: ec.EllipticCurvePublicKey) -> CurveKey:
        """Raises ``UnknownCurve``."""
        return cls(key, curve_of(key).octets)

    def check(self, signature: bytes, message: bytes, algorithm: ec.ECDSA) -> None:
        """Raises ``InvalidSignature`` unless the key made ``signature`` (R‖S) over ``message``."""
        if len(signature) != 2 * self.half:
            raise InvalidSignature("a signature of another length")
        self.key.verify(ecdsa_signature.der(signature), message, algorithm)


def curve_of(key: ec.EllipticCurvePublicKey) -> NamedCurve:
    """The entry of the table for a key's curve; ``UnknownCurve``."""
    known = _BY_NAME.get(key.curve.name)
    if known is None:
        raise UnknownCurve(key.curve.name)
    return known


def read_ec_key(spki: Any) -> ec.EllipticCurvePublicKey:
    """The public key of a SubjectPublicKeyInfo as ``asn1crypto`` reads it.

    Raises ``UnknownCurve`` where the curve, named or spelled out, is not in the table, and ``ValueError``
    where the point is not on it.
    """
    parameters = spki["algorithm"]["parameters"]
    if parameters.name == "named":
        try:
            key = load_der_public_key(spki.dump())
        except UnsupportedAlgorithm as error:
            raise UnknownCurve("named curve") from error
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise UnknownCurve("no elliptic curve")
        curve_of(key)
        return key
    if parameters.name != "specified":
        raise UnknownCurve("the curve is left to be guessed")
    known = _recognise(parameters.chosen.native)
    point: bytes = spki["public_key"].native
    return ec.EllipticCurvePublicKey.from_encoded_point(known.curve, point)


def _recognise(written: dict[str, Any]) -> NamedCurve:
    """The known curve with exactly these parameters.

    The seed is not compared: it says where b came from and enters no computation.
    """
    if written["field_id"]["field_type"] != "prime_field":
        raise UnknownCurve("the field is not prime")
    if written["cofactor"] not in (None, 1):
        raise UnknownCurve("the cofactor is not 1")
    p, n = written["field_id"]["parameters"], written["order"]
    a, b = (int.from_bytes(written["curve"][name], "big") for name in ("a", "b"))
    for known in CURVES:
        if (known.p, known.a, known.b, known.n) == (p, a, b, n) and written["base"] in _encodings(known):
            return known
    raise UnknownCurve("explicit parameters of no known curve")


def _encodings(known: NamedCurve) -> tuple[bytes, ...]:
    """The base point as it may be written: uncompressed or compressed (SEC 1 §2.3.3)."""
    x = known.x.to_bytes(known.octets, "big")
    y = known.y.to_bytes(known.octets, "big")
    return b"\x04" + x + y, bytes([2 + (known.y & 1)]) + x

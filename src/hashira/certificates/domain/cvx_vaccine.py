"""CVX codes of COVID-19 vaccines by the name on the vial (CVXコードの製品名).

A SMART Health Card carries the code only. Where one product has several codes (by strength, age or strain)
the strain stands behind the name, as a person at a desk needs it; the code itself stays in the record.

Source: CDC, "IIS: Current HL7 Standard Code Set, CVX" and "COVID-19 Vaccine Related Codes".
"""

from __future__ import annotations

CVX = "http://hl7.org/fhir/sid/cvx"
"""URI of the code system, as FHIR names it."""

PRODUCTS: dict[str, str] = {
    "207": "SPIKEVAX (Moderna)",
    "208": "COMIRNATY (Pfizer-BioNTech)",
    "210": "VAXZEVRIA (AstraZeneca)",
    "211": "NUVAXOVID (Novavax)",
    "212": "JCOVDEN (Janssen)",
    "213": "COVID-19 vaccine, unspecified",
    "217": "COMIRNATY (Pfizer-BioNTech)",
    "218": "COMIRNATY, 5-11 years (Pfizer-BioNTech)",
    "219": "COMIRNATY, 6 months-4 years (Pfizer-BioNTech)",
    "221": "SPIKEVAX (Moderna)",
    "228": "SPIKEVAX, 6 months-5 years (Moderna)",
    "229": "SPIKEVAX bivalent (Moderna)",
    "230": "SPIKEVAX bivalent, 6 months-5 years (Moderna)",
    "300": "COMIRNATY bivalent (Pfizer-BioNTech)",
    "301": "COMIRNATY bivalent, 5-11 years (Pfizer-BioNTech)",
    "302": "COMIRNATY bivalent, 6 months-4 years (Pfizer-BioNTech)",
    "308": "COMIRNATY XBB.1.5, 6 months-4 years (Pfizer-BioNTech)",
    "309": "COMIRNATY XBB.1.5 (Pfizer-BioNTech)",
    "310": "COMIRNATY XBB.1.5, 5-11 years (Pfizer-BioNTech)",
    "311": "SPIKEVAX XBB.1.5, 6 months-11 years (Moderna)",
    "312": "SPIKEVAX XBB.1.5 (Moderna)",
    "500": "COVID-19 vaccine, non-US product, unknown",
    "519": "SPIKEVAX bivalent BA.1 (Moderna)",
    "520": "COMIRNATY bivalent BA.1 (Pfizer-BioNTech)",
}

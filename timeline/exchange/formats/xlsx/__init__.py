"""XLSX and ODS: reader."""

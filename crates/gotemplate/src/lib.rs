//! Go text/template with the functions of Sprig and Helm.
